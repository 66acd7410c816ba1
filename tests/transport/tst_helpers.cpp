// SPDX-License-Identifier: MIT
#include "support/memoryhelpers.h"
#include "support/party.h"

#include <QtTest>

using namespace RemoteLog;
using namespace RemoteLog::Testing;

namespace {

const QString Label = QStringLiteral("notes");

void publish(OutgoingLog *log, const QByteArray &payload)
{
    const Result<quint64> sequence = await(log->append(payload));
    QVERIFY2(sequence.ok(), qPrintable(sequence.problem().detail()));
    QVERIFY(waitFor([&] { return log->head().lastSequence() == sequence.value(); }));
}

bool anyProblem(Transport &transport)
{
    const QList<HelperStatus> helpers = transport.helpers();
    return std::any_of(helpers.begin(), helpers.end(),
                       [](const HelperStatus &helper) { return bool(helper.problem()); });
}

} // namespace

// Helpers that do one thing and not the other, are slow, lose what they had, or lie.
class HelpersTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void refusedPutsAreNotRepeatedWhileGetsWork();
    void refusingPutsIsStillReadable();
    void whatAStoreLostComesBackWithTheNextEntry_data();
    void whatAStoreLostComesBackWithTheNextEntry();
    void anAuditServesAllWhoAsk();
};

void HelpersTest::refusedPutsAreNotRepeatedWhileGetsWork()
{
    const auto good = MemoryWorld::named(QStringLiteral("good"));
    const auto readOnly = MemoryWorld::named(QStringLiteral("read-only"));
    Party bob({helper("good")});
    OutgoingLog *bobs = bob.open().openLog(Label);
    publish(bobs, "hello");
    Party alice({helper("good"), helper("read-only")});
    OutgoingLog *log = alice.open().openLog(Label);
    Reader reader(alice.transport().follow(linkOf(bobs)));
    QVERIFY(waitFor([&] { return reader.entries.size() == 1; }));
    readOnly->refusePuts(true);
    readOnly->resetCounts();
    good->resetCounts();
    publish(log, "goes to the good one");
    QVERIFY(waitFor([&] { return readOnly->counts().namePuts >= 2; })); // and after a rest again
    const MemoryWorld::Counts refusing = readOnly->counts();
    QVERIFY2(refusing.namePuts <= 4, qPrintable(QString::number(refusing.namePuts)));
    QVERIFY2(refusing.puts <= 4, qPrintable(QString::number(refusing.puts)));
    // Nobody's name is asked for again because a put is tried again; the read-back is one get.
    QVERIFY2(good->counts().nameGets <= 2, qPrintable(QString::number(good->counts().nameGets)));
    QVERIFY(anyProblem(alice.transport()));
}

void HelpersTest::refusingPutsIsStillReadable()
{
    const auto world = MemoryWorld::named(QStringLiteral("readable"));
    Party alice({helper("readable")});
    OutgoingLog *log = alice.open().openLog(Label);
    publish(log, "one");
    Party bob({helper("readable")});
    OutgoingLog *bobs = bob.open().openLog(Label);
    QVERIFY(waitFor([&] { return bobs->isReady(); }));
    world->refusePuts(true);
    QVERIFY(await(bobs->append("is refused")).ok());
    QVERIFY(waitFor([&] { return anyProblem(bob.transport()); }));
    // At once: in the while in which puts rest.
    Reader reader(bob.transport().follow(linkOf(log)));
    QVERIFY(waitFor([&] { return reader.entries.size() == 1; }));
    QVERIFY(anyProblem(bob.transport()));
    world->refusePuts(false);
    QVERIFY(waitFor([&] { return bobs->head().lastSequence() == 1; }));
    QVERIFY(waitFor([&] { return !anyProblem(bob.transport()); }));
}

void HelpersTest::whatAStoreLostComesBackWithTheNextEntry_data()
{
    QTest::addColumn<bool>("restarts");
    QTest::newRow("before a start") << true;
    QTest::newRow("under way") << false;
}

void HelpersTest::whatAStoreLostComesBackWithTheNextEntry()
{
    QFETCH(bool, restarts);
    const auto world = MemoryWorld::named(QStringLiteral("wiped"));
    world->setBlocks({});
    Party alice({helper("wiped")});
    OutgoingLog *log = alice.open().openLog(Label);
    for (const char *payload : {"one", "two", "three"})
        publish(log, payload);
    const QHash<QByteArray, QByteArray> before = world->blocks();
    if (restarts)
        alice.close();
    world->setBlocks({});
    world->refuseWithoutPreviousHead(!restarts);
    if (restarts)
        log = alice.open().openLog(Label);
    publish(log, "four");
    const QHash<QByteArray, QByteArray> after = world->blocks();
    QCOMPARE(after.size(), before.size() + 1);
    for (auto block = before.cbegin(); block != before.cend(); ++block)
        QCOMPARE(after.value(block.key()), block.value());
    Party bob({helper("wiped")});
    Reader reader(bob.open().follow(linkOf(log)));
    QVERIFY(waitFor([&] { return reader.entries.size() == 4; }));
}

void HelpersTest::anAuditServesAllWhoAsk()
{
    const auto world = MemoryWorld::named(QStringLiteral("audited"));
    Party alice({helper("audited")});
    OutgoingLog *log = alice.open().openLog(Label);
    publish(log, "one");
    world->setBlocks({});
    const QFuture<Result<Audit>> first = log->audit();
    const QFuture<Result<Audit>> second = log->audit();
    QCOMPARE(await(first).value().restored(), 1);
    QVERIFY(await(second).ok());
    QCOMPARE(world->blocks().size(), 1);
}

QTEST_GUILESS_MAIN(HelpersTest)
#include "tst_helpers.moc"
