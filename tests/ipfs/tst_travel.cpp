// SPDX-License-Identifier: MIT
#include "node.h"

#include "support/party.h"

#include <QtTest>

using namespace RemoteLog;
using namespace RemoteLog::Testing;
using namespace Qt::StringLiterals;

// A laptop that is carried from one network to another while it uploads to a real node.
class TestTravel : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void finishesOnTheNextNetwork();
    void goesOnAfterABrokenLine();

private:
    KuboNode m_kubo;
};

namespace {

QList<QByteArray> heavyPayloads()
{
    QList<QByteArray> payloads;
    for (char letter = 'a'; letter < 'e'; ++letter)
        payloads.append(QByteArray(900'000, letter));
    return payloads;
}

} // namespace

void TestTravel::initTestCase()
{
    if (const QString missing = KuboNode::missing(); !missing.isEmpty())
        QSKIP(qPrintable(missing));
    QVERIFY(m_kubo.start());
}

void TestTravel::finishesOnTheNextNetwork()
{
    CountedNode node(m_kubo);
    Party alice({node.nodeUrl("network=required")});
    OutgoingLog *log = alice.open().openLog(u"travel"_s);
    QVERIFY(await(log->append("at home")).ok());
    QVERIFY(waitFor([&] { return log->head().lastSequence() == 1; }));

    // The line goes dead without a word in the middle of the upload.
    node.rpc.setStalled(true);
    const int connections = node.rpc.traffic().connections;
    QVERIFY(await(log->appendAll(heavyPayloads())).ok());
    QVERIFY(waitFor([&] { return log->pendingCount() > 0; }));
    alice.network.set(NetworkWatch::Reachability::Disconnected);
    QVERIFY(waitFor([&] { return alice.transport().state() == Transport::State::Offline; }));
    QCOMPARE(alice.transport().helpers().value(0).problem().kind(), Problem::Kind::None);

    // Only for what comes on new connections is there an answer.
    node.rpc.cut();
    node.rpc.setStalled(false);
    alice.network.set(NetworkWatch::Reachability::Connected);
    QVERIFY(waitFor([&] { return log->head().lastSequence() == 5; }));
    QVERIFY(node.rpc.traffic().connections > connections);

    Party bob({node.gatewayUrl()});
    Reader reader(bob.open().follow(linkOf(log)));
    QVERIFY(waitFor([&] { return reader.log->position() == 5; }));
    for (int index = 0; index < 4; ++index)
        QCOMPARE(reader.entries.at(index + 1).payload(), heavyPayloads().at(index));
}

void TestTravel::goesOnAfterABrokenLine()
{
    CountedNode node(m_kubo);
    Party alice({node.nodeUrl()});
    OutgoingLog *log = alice.open().openLog(u"broken line"_s);
    QVERIFY(await(log->append("at home")).ok());
    QVERIFY(waitFor([&] { return log->head().lastSequence() == 1; }));

    node.rpc.setStalled(true);
    QVERIFY(await(log->appendAll(heavyPayloads())).ok());
    QVERIFY(waitFor([&] { return alice.transport().state() == Transport::State::Syncing; }));
    // Qt tries once more by itself, on a new connection.
    QVERIFY(waitFor([&] {
        node.rpc.cut();
        return alice.transport().helpers().value(0).problem().kind() == Problem::Kind::WillRetry;
    }));
    node.rpc.setStalled(false);
    // It tries again by itself.
    QVERIFY(waitFor([&] { return log->head().lastSequence() == 5; }));
    QCOMPARE(alice.transport().helpers().value(0).problem().kind(), Problem::Kind::None);
}

QTEST_GUILESS_MAIN(TestTravel)
#include "tst_travel.moc"
