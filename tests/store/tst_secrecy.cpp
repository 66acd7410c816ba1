// SPDX-License-Identifier: MIT
// What somebody finds who reads the disk: nothing that is secret, and nothing at all of what was
// taken back.
#include "testprofile.h"

#include <QFile>
#include <QTest>

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

using namespace RemoteLog;

class SecrecyTest : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup() { m_profile.reset(); }
    void searchFindsWhatIsThere();
    void nothingIsInClear();
    void withdrawnEntriesAreOverwritten_data();
    void withdrawnEntriesAreOverwritten();
    void withdrawnEntriesAreOverwrittenAfterACrash();
    void manyWithdrawnAmongMany();
    void committedPagesAreOverwritten();

private:
    bool isOnDisk(const QByteArray &bytes) const;
    QByteArray sealedOf(quint64 sequence);
    std::unique_ptr<TestProfile> m_profile;
    OwnLog m_log;
};

void SecrecyTest::init()
{
    m_profile = std::make_unique<TestProfile>();
    QVERIFY(!m_profile->open());
}

// In any file of the profile, at any alignment.
bool SecrecyTest::isOnDisk(const QByteArray &bytes) const
{
    const QDir directory(m_profile->directory());
    for (const QString &name : directory.entryList(QDir::Files | QDir::Hidden)) {
        QFile file(directory.filePath(name));
        if (!file.open(QIODevice::ReadOnly) || file.readAll().contains(bytes))
            return true;
    }
    return false;
}

QByteArray SecrecyTest::sealedOf(quint64 sequence)
{
    SQLite::Statement query(m_profile->db().handle(),
                            "SELECT sealed FROM pending WHERE sequence = ?1");
    query.bind(1, int64_t(sequence));
    query.executeStep();
    const SQLite::Column sealed = query.getColumn(0);
    return QByteArray(static_cast<const char *>(sealed.getBlob()), sealed.getBytes());
}

void SecrecyTest::searchFindsWhatIsThere()
{
    QVERIFY(!isOnDisk("a flag in clear"));
    QVERIFY(!m_profile->db().setMetaValue("a flag in clear", "1"));
    QVERIFY(isOnDisk("a flag in clear"));
    m_profile->close();
    QVERIFY(isOnDisk("a flag in clear"));
}

void SecrecyTest::nothingIsInClear()
{
    const QString label = QStringLiteral("label of a secret chat");
    const QUrl hint(QStringLiteral("gateway+https://gateway.example.org/"));
    const LogLink link = linkTo(QStringLiteral("alice"), {hint});
    const QString helper = QStringLiteral("kubo+http://127.0.0.1:5001");
    m_log = m_profile->createLog(label);
    FollowedLog followed = m_profile->inbox().createLog(link).value();
    QVERIFY(!m_profile->outbox().append(
        m_log, 1, {{"payload number one", "id number one"}, {bytesOf(7, 70'000), bytesOf(8, 64)}}));
    m_log.nextSequence = 3;
    QVERIFY(!m_profile->pages().addPages(m_log, {cutPage(m_log, 1)}));
    QVERIFY(!m_profile->pages().setPlacement(m_log, m_profile->db().helperId(helper), {1, {}}));
    followed.history = bytesOf(9, 32);
    followed.cursor = 4;
    QVERIFY(!m_profile->inbox().saveLog(followed));

    const QByteArray key =
        QByteArray::fromBase64(link.toUrl().fragment().toLatin1(), QByteArray::Base64UrlEncoding)
            .mid(1);
    QCOMPARE(key.size(), 32);
    const Key database = m_profile->master.databaseKey();
    const LogKeys keys = m_profile->master.logKeys(label);
    const auto raw = [](const auto &secret) {
        return QByteArray(reinterpret_cast<const char *>(secret.data()), qsizetype(secret.size()));
    };
    const QList<QByteArray> secrets{
        label.toUtf8(),
        QByteArray(reinterpret_cast<const char *>(label.utf16()), label.size() * 2),
        "payload number one",
        "id number one",
        bytesOf(7, 32),
        bytesOf(7, 70'000).mid(40'000, 32),
        bytesOf(8, 32),
        link.logName().toLatin1(),
        link.toUrl().toEncoded(),
        "gateway.example.org",
        link.toUrl().fragment().toLatin1(),
        key,
        helper.toUtf8(),
        "127.0.0.1",
        followed.history,
        m_log.position.history,
        m_profile->master.toBytes(),
        raw(database),
        raw(keys.readKey),
        raw(keys.signingKey).first(32)};
    for (const QByteArray &secret : secrets)
        QVERIFY2(!isOnDisk(secret), secret.toHex());
    m_profile->close(); // checkpoints
    for (const QByteArray &secret : secrets)
        QVERIFY2(!isOnDisk(secret), secret.toHex());
}

void SecrecyTest::withdrawnEntriesAreOverwritten_data()
{
    QTest::addColumn<int>("size");
    QTest::addColumn<bool>("checkpointed");
    for (int size : {1, 200, 1000, 5000, 70'000, 1'000'000}) {
        QTest::addRow("%d bytes, in the log only", size) << size << false;
        QTest::addRow("%d bytes, in the database", size) << size << true;
    }
}

void SecrecyTest::withdrawnEntriesAreOverwritten()
{
    QFETCH(int, size);
    QFETCH(bool, checkpointed);
    m_log = m_profile->createLog();
    QVERIFY(!m_profile->outbox().append(
        m_log, 1, {{bytesOf(1, 300), {}}, {bytesOf(2, size), "id"}, {bytesOf(3, 300), {}}}));
    if (checkpointed)
        QVERIFY(!m_profile->open());
    const QByteArray sealed = sealedOf(2);
    // A row may go on in other pages: look for parts of it that lie in one.
    const QList<QByteArray> parts{sealed.first(16), sealed.mid(sealed.size() / 2, 16),
                                  sealed.last(16)};
    for (const QByteArray &part : parts)
        QVERIFY(isOnDisk(part));
    QVERIFY(m_profile->outbox().withdraw(m_log, 2).value());
    for (const QByteArray &part : parts)
        QVERIFY(!isOnDisk(part));
    m_profile->close();
    for (const QByteArray &part : parts)
        QVERIFY(!isOnDisk(part));
    QVERIFY(!m_profile->open());
    QCOMPARE(m_profile->pending(m_log).at(2).payload, bytesOf(3, 300));
}

void SecrecyTest::withdrawnEntriesAreOverwrittenAfterACrash()
{
    // The process dies between the commit and the emptying of the write-ahead log: the next one
    // makes up for it.
    m_log = m_profile->createLog();
    QVERIFY(!m_profile->outbox().append(m_log, 1, {{bytesOf(1, 5000), {}}}));
    const QByteArray part = sealedOf(1).mid(100, 16);
    m_profile->db().handle().exec("UPDATE pending SET sealed = NULL, size = 0");
    m_profile->crash();
    QVERIFY(isOnDisk(part));
    QVERIFY(!m_profile->open());
    QVERIFY(!isOnDisk(part));
}

void SecrecyTest::manyWithdrawnAmongMany()
{
    // Rows of all sizes come, are cut and withdrawn in between, so that pages fill, split, merge
    // and are used again.
    m_log = m_profile->createLog();
    QList<QByteArray> gone;
    for (int round = 0; round < 12; ++round) {
        QList<NewEntry> entries;
        const quint64 first = m_log.nextSequence;
        for (quint64 i = 0; i < 40; ++i)
            entries.append(
                {bytesOf(first + i, int((i * 7919 + quint64(round) * 104'729) % 6000)), {}});
        QVERIFY(!m_profile->outbox().append(m_log, first, entries));
        m_log.nextSequence += 40;
        if (round % 3 == 1)
            QVERIFY(!m_profile->open());
        QVERIFY(!m_profile->db().transaction([&]() -> Problem {
            for (quint64 sequence = m_log.position.nextSequence; sequence < m_log.nextSequence;
                 sequence += 3) {
                const QByteArray sealed = sealedOf(sequence);
                if (!sealed.isEmpty())
                    gone += {sealed.first(16), sealed.mid(sealed.size() / 2, 16), sealed.last(16)};
                const Result<bool> withdrawn = m_profile->outbox().withdraw(m_log, sequence);
                if (!withdrawn.ok())
                    return withdrawn.problem();
            }
            return {};
        }));
        if (round % 2 == 1)
            QVERIFY(!m_profile->pages().addPages(m_log, {cutPage(m_log, m_log.nextSequence - 25)}));
        if (round % 4 == 3) {
            for (const QByteArray &part : std::as_const(gone))
                QVERIFY(!isOnDisk(part));
        }
    }
    m_profile->close();
    QVERIFY(gone.size() > 300);
    for (const QByteArray &part : std::as_const(gone))
        QVERIFY(!isOnDisk(part));
}

void SecrecyTest::committedPagesAreOverwritten()
{
    FollowedLog log = m_profile->inbox().createLog(linkTo(QStringLiteral("alice"))).value();
    log.cursor = 20;
    QVERIFY(!m_profile->inbox().receive(
        log, {{1, 10, bytesOf(1, 30'000)}, {11, 20, bytesOf(2, 30'000)}}));
    QVERIFY(!m_profile->inbox().receiveContent(log, 5, addressOf(1), bytesOf(3, 300'000)));
    log.position = 10;
    QVERIFY(m_profile->inbox().commit(log).ok());
    m_profile->close();
    QVERIFY(!isOnDisk(bytesOf(1, 30'000).mid(20'000, 32)));
    QVERIFY(!isOnDisk(bytesOf(3, 300'000).mid(200'000, 32)));
    QVERIFY(isOnDisk(bytesOf(2, 32)));
}

QTEST_GUILESS_MAIN(SecrecyTest)
#include "tst_secrecy.moc"
