// SPDX-License-Identifier: MIT
#include "node.h"

#include "support/party.h"

#include <QtTest>

using namespace RemoteLog;
using namespace RemoteLog::Testing;
using namespace Qt::StringLiterals;

// What a real node loses comes back.
class TestRepair : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void oneInnerBlockComesBack();
    void whatWasCollectedComesBackAndStays();

private:
    KuboNode::Output run(const QStringList &arguments) const { return m_kubo.run(arguments); }
    QByteArray bytesOf(const QString &cid) const
    {
        return run({u"block"_s, u"get"_s, u"--offline"_s, cid}).output;
    }
    QStringList below(const QString &head) const;
    bool isPinned(const QString &head) const;
    void readAll();

    KuboNode m_kubo;
    std::unique_ptr<CountedNode> m_node;
    std::unique_ptr<Party> m_alice;
    OutgoingLog *m_log = nullptr;
    QString m_head;
};

void TestRepair::initTestCase()
{
    if (const QString missing = KuboNode::missing(); !missing.isEmpty())
        QSKIP(qPrintable(missing));
    QVERIFY(m_kubo.start());
    m_node = std::make_unique<CountedNode>(m_kubo);
}

void TestRepair::init()
{
    m_alice = std::make_unique<Party>(QList{m_node->nodeUrl()});
    m_log = m_alice->open().openLog(u"for Bob"_s);
    for (char letter = 'a'; letter < 'd'; ++letter) {
        const Result<quint64> sequence = await(m_log->append(QByteArray(300'000, letter)));
        QVERIFY(sequence.ok());
        QVERIFY(waitFor([&] { return m_log->head().lastSequence() == sequence.value(); }));
    }
    QVERIFY(waitFor([&] { return m_alice->transport().state() == Transport::State::Idle; }));
    m_head = m_log->head().address();
    QVERIFY(isPinned(m_head));
}

QStringList TestRepair::below(const QString &head) const
{
    const QByteArray found = run({u"refs"_s, u"-r"_s, u"--unique"_s, head}).output;
    return QString::fromLatin1(found).split(u'\n', Qt::SkipEmptyParts);
}

bool TestRepair::isPinned(const QString &head) const
{
    return run({u"pin"_s, u"ls"_s, u"--type=recursive"_s, u"-q"_s})
        .output.contains(head.toLatin1());
}

void TestRepair::readAll()
{
    Party bob({m_node->gatewayUrl()});
    Reader reader(bob.open().follow(linkOf(m_log)));
    QVERIFY(waitFor([&] { return reader.log->position() == 3; }));
    QCOMPARE(reader.entries.size(), 3);
}

void TestRepair::oneInnerBlockComesBack()
{
    const QStringList blocks = below(m_head);
    QVERIFY(blocks.size() >= 2);
    const QString lost = blocks.constLast();
    const QByteArray bytes = bytesOf(lost);
    QVERIFY(!bytes.isEmpty());
    // What is pinned cannot be removed.
    QCOMPARE(run({u"pin"_s, u"rm"_s, m_head}).exitCode, 0);
    QCOMPARE(run({u"block"_s, u"rm"_s, lost}).exitCode, 0);
    QVERIFY(bytesOf(lost).isEmpty());
    const Result<Audit> audit = await(m_log->audit());
    QVERIFY(audit.ok());
    QCOMPARE(audit.value().checked(), audit.value().blocks());
    QCOMPARE(audit.value().missing(), 1);
    QCOMPARE(audit.value().restored(), 1);
    QCOMPARE(audit.value().failed(), 0);
    QCOMPARE(bytesOf(lost), bytes);
    readAll();
}

void TestRepair::whatWasCollectedComesBackAndStays()
{
    const QStringList blocks = below(m_head);
    QCOMPARE(run({u"pin"_s, u"rm"_s, m_head}).exitCode, 0);
    QCOMPARE(run({u"repo"_s, u"gc"_s}).exitCode, 0);
    for (const QString &block : blocks + QStringList{m_head})
        QVERIFY(bytesOf(block).isEmpty());
    const Result<Audit> audit = await(m_log->audit());
    QVERIFY(audit.ok());
    QCOMPARE(audit.value().blocks(), blocks.size() + 1);
    QCOMPARE(audit.value().missing(), audit.value().blocks());
    QCOMPARE(audit.value().restored(), audit.value().blocks());
    QCOMPARE(audit.value().failed(), 0);
    QVERIFY(isPinned(m_head));
    QCOMPARE(run({u"repo"_s, u"gc"_s}).exitCode, 0);
    for (const QString &block : blocks)
        QVERIFY(!bytesOf(block).isEmpty());
    readAll();
}

QTEST_GUILESS_MAIN(TestRepair)
#include "tst_repair.moc"
