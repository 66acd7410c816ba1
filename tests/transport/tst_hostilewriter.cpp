// SPDX-License-Identifier: MIT
#include "support/memoryhelpers.h"
#include "support/party.h"
#include "support/sealedlog.h"

#include "log/address.h"
#include "log/largeentry.h"

#include <QtTest>

using namespace RemoteLog;
using namespace RemoteLog::Testing;

namespace {

// A log with a fault; gives back the record.
using Writing = QByteArray (*)(SealedLog &log);

struct Case
{
    const char *name;
    Writing write;
    Problem::Kind kind;
    quint64 delivered; // entries before the fault
};

QByteArray shorterThanClaimed(SealedLog &log)
{
    log.add({"one"});
    const QByteArray second = log.add({"two"});
    log.add({"three"}, [&](Page &page) { page.ranges = {{1, 2, second, 0}}; });
    return log.record();
}

QByteArray rangeNamesAnotherPage(SealedLog &log)
{
    log.add({"one"});
    const QByteArray second = log.add({"two"});
    log.add({"three"}, [&](Page &page) { page.ranges = {{1, 1, second, 0}}; });
    return log.record();
}

QByteArray rangeNamesNothing(SealedLog &log)
{
    log.add({"one"});
    log.add({"two"});
    log.add({"three"}, [](Page &page) {
        page.ranges = {{1, 1, blockAddress("nowhere to be found"), 0}};
    });
    return log.record();
}

QByteArray noPageTellsWhere(SealedLog &log)
{
    log.add({"one"});
    log.add({"five"}, [](Page &page) { page.first = 5; });
    return log.record();
}

QByteArray otherHistoryInTheMiddle(SealedLog &log)
{
    log.add({"one"});
    log.add({"two"}, [](Page &page) { page.history = QByteArray(32, 'h'); });
    return log.record();
}

QByteArray indexDiffers(SealedLog &log)
{
    log.add({"one"});
    const QByteArray payload(ContentPieceSize + 1000, 'x');
    log.addMapped(payload, [&](Page &page) {
        ContentIndex index;
        index.size = quint64(payload.size()) - 1;
        index.sha256 = page.pairs.first().sha256;
        for (const Block &block : sealContent(payload, log.keys)) {
            log.blocks.insert(block.address(), block.bytes());
            index.addresses.append(block.address());
        }
        index.addresses.removeLast(); // the true index
        page.pairs.first().address = log.addBlock(3, encodeContentIndex(index));
    });
    return log.record();
}

QByteArray contentDiffers(SealedLog &log)
{
    log.add({"one"});
    log.addMapped("two", [](Page &page) { page.pairs.first().sha256 = QByteArray(32, 's'); });
    return log.record();
}

QByteArray contentIsAPage(SealedLog &log)
{
    const QByteArray first = log.add({"one"});
    log.addMapped("two", [&](Page &page) { page.pairs.first().address = first; });
    return log.record();
}

QByteArray strangePage(SealedLog &log, char kind, char version)
{
    const QByteArray first = log.add({"one"});
    log.add({"two"});
    const QByteArray strange = log.addBlock(kind, "from the future", version);
    log.add({"three"}, [&](Page &page) {
        page.tail = strange;
        page.ranges = {log.range(first)};
    });
    return log.record();
}

QByteArray unknownKind(SealedLog &log)
{
    return strangePage(log, 4, 1);
}

QByteArray unknownVersion(SealedLog &log)
{
    return strangePage(log, 1, 2);
}

QByteArray brokenPage(SealedLog &log)
{
    return strangePage(log, 1, 1);
}

QByteArray strangeHead(SealedLog &log)
{
    log.add({"one"});
    return log.record(log.addBlock(4, "from the future"));
}

QByteArray falseEmbeddedBlock(SealedLog &log)
{
    QList<QByteArray> embedded;
    for (const char *payload : {"one", "two", "three"})
        embedded.prepend(log.blocks.value(log.add({payload})));
    SealedLog other;
    other.keys = log.keys;
    embedded.append(other.blocks.value(other.add({"another one"})));
    embedded.append("no block at all");
    return log.record({}, embedded);
}

constexpr Case Cases[] = {
    {"a page is shorter than its range", shorterThanClaimed, Problem::Kind::Tampered, 0},
    {"a range names another page", rangeNamesAnotherPage, Problem::Kind::Tampered, 0},
    {"a range names nothing", rangeNamesNothing, Problem::Kind::None, 3},
    {"no page tells where", noPageTellsWhere, Problem::Kind::Tampered, 0},
    {"another history", otherHistoryInTheMiddle, Problem::Kind::Conflict, 1},
    {"an index differs from its pair", indexDiffers, Problem::Kind::Tampered, 1},
    {"a content differs from its hash", contentDiffers, Problem::Kind::Tampered, 1},
    {"a content is a page", contentIsAPage, Problem::Kind::Tampered, 1},
    {"an unknown kind", unknownKind, Problem::Kind::Unsupported, 1},
    {"an unknown version", unknownVersion, Problem::Kind::Unsupported, 1},
    {"a page that is none", brokenPage, Problem::Kind::Tampered, 1},
    {"a head of an unknown kind", strangeHead, Problem::Kind::Unsupported, 0},
    {"a false embedded block", falseEmbeddedBlock, Problem::Kind::None, 3},
};

} // namespace

// A writer who seals whatever he likes with keys that are truly his: the reader gets nothing false,
// is told what it is, and reads other logs as ever.
class HostileWriterTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void faults_data();
    void faults();
    void otherHistoryBeforeTheCursor();
    void recordThatEndsEarlier();
};

void HostileWriterTest::faults_data()
{
    QTest::addColumn<int>("index");
    for (int i = 0; i < int(std::size(Cases)); ++i)
        QTest::newRow(Cases[i].name) << i;
}

void HostileWriterTest::faults()
{
    QFETCH(int, index);
    const Case &fault = Cases[index];
    const QByteArray name = "hostile-writer-" + QByteArray::number(index);
    const auto world = MemoryWorld::named(QString::fromLatin1(name));
    Party bob({helper(name.constData())});
    SealedLog hostile;
    world->publish(hostile.name(), hostile.blocks, fault.write(hostile));
    SealedLog honest;
    honest.add({"good"});
    world->publish(honest.name(), honest.blocks, honest.record());

    Reader reader(bob.open().follow(hostile.link()));
    QVERIFY(waitFor([&] {
        return reader.log->problem().kind() == fault.kind
               && reader.log->position() == fault.delivered;
    }));
    // In order and true: payloads are numbers, written out.
    const QList<QByteArray> truth{"one", "two", "three"};
    QCOMPARE(quint64(reader.entries.size()), fault.delivered);
    for (qsizetype i = 0; i < reader.entries.size(); ++i)
        QCOMPARE(reader.entries.at(i).payload(), truth.at(i));

    Reader other(bob.transport().follow(honest.link()));
    QVERIFY(waitFor([&other] { return other.log->position() == 1; }));
    QVERIFY(!other.log->problem());
    QCOMPARE(quint64(reader.entries.size()), fault.delivered);
}

void HostileWriterTest::otherHistoryBeforeTheCursor()
{
    const auto world = MemoryWorld::named(QStringLiteral("other-history"));
    Party bob({helper("other-history")});
    SealedLog log;
    log.add({"one", "two"});
    world->publish(log.name(), log.blocks, log.record());
    Reader reader(bob.open().follow(log.link()));
    QVERIFY(waitFor([&reader] { return reader.log->position() == 2; }));
    // One page of all entries, as a compaction would write it, but the second is another one.
    SealedLog other;
    other.keys = log.keys;
    other.add({"one", "another two", "three"});
    log.blocks.insert(other.blocks);
    world->publish(log.name(), log.blocks, log.record(other.tail()));
    reader.log->checkNow();
    QVERIFY(waitFor([&reader] { return reader.log->problem().kind() == Problem::Kind::Conflict; }));
    QCOMPARE(reader.entries.size(), 2);
    QCOMPARE(reader.log->position(), 2u);
}

void HostileWriterTest::recordThatEndsEarlier()
{
    const auto world = MemoryWorld::named(QStringLiteral("ends-earlier"));
    Party bob({helper("ends-earlier")});
    SealedLog log;
    const QByteArray first = log.add({"one"});
    log.add({"two"});
    world->publish(log.name(), log.blocks, log.record());
    Reader reader(bob.open().follow(log.link()));
    QVERIFY(waitFor([&reader] { return reader.log->position() == 2; }));
    world->publish(log.name(), log.blocks, log.record(first));
    reader.log->checkNow();
    QVERIFY(waitFor([&reader] { return reader.log->problem().kind() == Problem::Kind::Conflict; }));
    // An honest record after that is read again.
    log.add({"three"});
    world->publish(log.name(), log.blocks, log.record());
    reader.log->checkNow();
    QVERIFY(waitFor([&reader] { return reader.log->position() == 3; }));
    QVERIFY(waitFor([&reader] { return !reader.log->problem(); }));
}

QTEST_GUILESS_MAIN(HostileWriterTest)
#include "tst_hostilewriter.moc"
