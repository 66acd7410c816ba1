// SPDX-License-Identifier: MIT
#include "log/body.h"

#include "support/damage.h"
#include "support/samples.h"

#include <QTest>

using namespace RemoteLog;

class TestBody : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void opensWhatWasSealed_data();
    void opensWhatWasSealed();
    void saysWhatIsWrong_data();
    void saysWhatIsWrong();
    void isBoundToLogAndKind();
    void noticesDamage();

private:
    const LogKeys m_keys = sampleKeys();
};

void TestBody::opensWhatWasSealed_data()
{
    QTest::addColumn<int>("kind");
    QTest::addColumn<int>("size");
    for (const int kind : {1, 2, 3}) {
        for (const int size : {0, 1, 1000})
            QTest::addRow("kind %d, %d bytes", kind, size) << kind << size;
    }
}

void TestBody::opensWhatWasSealed()
{
    QFETCH(int, kind);
    QFETCH(int, size);
    const QByteArray plaintext(size, 'p');
    const QByteArray body = sealBody(BodyKind(kind), plaintext, m_keys.publicKey, m_keys.readKey);
    QCOMPARE(body.size(), size + BodyOverhead);
    const auto opened = openBody(BodyKind(kind), body, m_keys.publicKey, m_keys.readKey);
    QVERIFY2(opened.ok(), qPrintable(opened.problem().detail()));
    QCOMPARE(opened.value(), plaintext);
}

void TestBody::saysWhatIsWrong_data()
{
    QTest::addColumn<QByteArray>("head");
    QTest::addColumn<int>("kind"); // Problem::Kind

    const auto unsupported = int(Problem::Kind::Unsupported);
    const auto tampered = int(Problem::Kind::Tampered);
    const auto row = [](const char *name, const char *head, int kind) {
        QTest::newRow(name) << QByteArray::fromHex(head) << kind;
    };
    row("version 0", "0001", unsupported);
    row("version 2", "0201", unsupported);
    row("version 255", "ff01", unsupported);
    row("kind 0", "0100", unsupported);
    row("kind 4", "0104", unsupported);
    row("kind 255", "01ff", unsupported);
    row("content for a page", "0102", tampered);
    row("an index for a page", "0103", tampered);
    row("the right head of a broken seal", "0101", tampered);
}

void TestBody::saysWhatIsWrong()
{
    QFETCH(QByteArray, head);
    const QByteArray body = head + QByteArray(100, 'x');
    const auto opened = openBody(BodyKind::Page, body, m_keys.publicKey, m_keys.readKey);
    QTEST(int(opened.problem().kind()), "kind");
}

void TestBody::isBoundToLogAndKind()
{
    QByteArray body = sealBody(BodyKind::Page, "plaintext", m_keys.publicKey, m_keys.readKey);
    const LogKeys other = MasterSecret::generate().logKeys(QStringLiteral("other"));
    QVERIFY(!openBody(BodyKind::Page, body, other.publicKey, m_keys.readKey).ok());
    QVERIFY(!openBody(BodyKind::Page, body, m_keys.publicKey, other.readKey).ok());
    body[1] = char(BodyKind::Content);
    QVERIFY(!openBody(BodyKind::Content, body, m_keys.publicKey, m_keys.readKey).ok());
}

void TestBody::noticesDamage()
{
    const QByteArray body =
        sealBody(BodyKind::Content, "plaintext", m_keys.publicKey, m_keys.readKey);
    forEachDamage(body, [this](const QByteArray &damaged) {
        QVERIFY(!openBody(BodyKind::Content, damaged, m_keys.publicKey, m_keys.readKey).ok());
    });
}

QTEST_APPLESS_MAIN(TestBody)
#include "tst_body.moc"
