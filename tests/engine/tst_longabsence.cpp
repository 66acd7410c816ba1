// SPDX-License-Identifier: MIT
#include "testengine.h"

#include <QtTest>

using namespace RemoteLog;
using namespace RemoteLog::Testing;
using namespace std::chrono_literals;

namespace {

const QString Label = QStringLiteral("notes");
constexpr qint64 Hour = 3600;
constexpr qint64 Day = 24 * Hour;

} // namespace

// How names outlive those who write them, by a clock that the test moves. Timers do not see it
// move: so it is for a computer that was asleep.
class LongAbsenceTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void aWriterWhoIsThereRefreshesDaily();
    void readersKeepTheNameOfAWriterWhoIsAway();
    void aReaderPutsBackWhatItHasKept();
    void whatHasExpiredIsReadAndNeverPut();
    void aWriterWhoComesBackIsValidAgain();

private:
    std::unique_ptr<TestEngine> person();
    MemoryWorld *world(const char *name);
    void publish(const QByteArray &payload);
    void follow(TestEngine &reader);
    NameRecord recordIn(MemoryWorld *world);
    Head readHead(const TestEngine &reader) { return reader.incoming.value(m_identity).head; }
    static int entries(const TestEngine &reader);

    QDateTime m_now;
    std::unique_ptr<TestEngine> m_alice;
    std::unique_ptr<TestEngine> m_bob;
    std::unique_ptr<TestEngine> m_carol;
    LogLink m_link;
    QString m_identity;
};

void LongAbsenceTest::init()
{
    m_now = QDateTime::currentDateTimeUtc();
    m_alice = person();
    m_bob = person();
    m_carol = person();
}

void LongAbsenceTest::cleanup()
{
    m_alice.reset();
    m_bob.reset();
    m_carol.reset();
}

std::unique_ptr<TestEngine> LongAbsenceTest::person()
{
    auto engine = std::make_unique<TestEngine>();
    engine->timing.debounce = 0ms;
    engine->timing.statusInterval = 0ms;
    engine->timing.poll = engine->timing.pollMost = 5ms;
    engine->timing.putBackJitter = 0ms;
    engine->clock = [this] { return m_now; };
    return engine;
}

MemoryWorld *LongAbsenceTest::world(const char *name)
{
    const auto world = MemoryWorld::named(QString::fromLatin1(name));
    world->forgetRecordsAfter(48h, [this] { return m_now; });
    return world.get(); // which lives for ever
}

void LongAbsenceTest::publish(const QByteArray &payload)
{
    const quint64 sequence = m_alice->outgoing.value(Label).head.lastSequence() + 1;
    m_alice->append(Label, payload);
    QTRY_COMPARE(m_alice->outgoing.value(Label).head.lastSequence(), sequence);
    m_link = m_alice->outgoing.value(Label).link;
    m_identity = identityOf(m_link);
}

void LongAbsenceTest::follow(TestEngine &reader)
{
    reader->incoming().follow(m_link, 0);
    reader->incoming().start({m_identity, 0});
}

NameRecord LongAbsenceTest::recordIn(MemoryWorld *world)
{
    return parseNameRecord(world->records().value(m_link.logName()).value(0), publicKeyOf(m_link))
        .value();
}

int LongAbsenceTest::entries(const TestEngine &reader)
{
    int count = 0;
    for (const QList<Entry> &some : reader.received)
        count += int(some.size());
    return count;
}

void LongAbsenceTest::aWriterWhoIsThereRefreshesDaily()
{
    MemoryWorld *names = world("refreshed");
    QVERIFY(m_alice->open({helper("refreshed")}));
    publish("one");
    QDateTime published = m_alice->status.lastPublished;
    QVERIFY(published.isValid());
    const NameRecord first = recordIn(names);
    names->resetCounts();
    for (int day = 1; day <= 5; ++day) {
        const Validity before = recordIn(names).validity;
        m_now = m_now.addSecs(19 * Hour);
        (*m_alice)->syncNow();
        QCOMPARE(names->counts().namePuts, day - 1); // nobody is asked for nothing
        m_now = m_now.addSecs(5 * Hour);
        QTRY_COMPARE(m_alice->outgoing.value(Label).head.signedAt().toMSecsSinceEpoch(),
                     m_now.toMSecsSinceEpoch());
        QCOMPARE(names->counts().namePuts, day);
        const NameRecord refreshed = recordIn(names);
        QCOMPARE(refreshed.value, first.value);
        QCOMPARE(refreshed.number, first.number);
        QVERIFY(before < refreshed.validity);
    }
    QCOMPARE(m_alice->outgoing.value(Label).head.recordNumber(), first.number);
    QCOMPARE(m_alice->status.lastPublished, published); // no new head
}

void LongAbsenceTest::readersKeepTheNameOfAWriterWhoIsAway()
{
    MemoryWorld *names = world("kept-by-readers");
    QVERIFY(m_alice->open({helper("kept-by-readers")}));
    publish("one");
    publish("two");
    m_alice->close();
    QVERIFY(m_bob->open({helper("kept-by-readers")}));
    follow(*m_bob);
    QTRY_COMPARE(entries(*m_bob), 2);
    const QByteArray record = recordIn(names).bytes;
    names->resetCounts();
    for (int time = 1; time <= 15; ++time) {
        m_now = m_now.addSecs(2 * Day);
        QTRY_VERIFY(!names->records().isEmpty());
        QCOMPARE(recordIn(names).bytes, record);
        QCOMPARE(names->counts().namePuts, time);
    }
    QVERIFY(m_carol->open({helper("kept-by-readers")}));
    follow(*m_carol);
    QTRY_COMPARE(entries(*m_carol), 2);
    QVERIFY(!readHead(*m_carol).isExpired());
}

void LongAbsenceTest::aReaderPutsBackWhatItHasKept()
{
    MemoryWorld *names = world("kept-at-home");
    QVERIFY(m_alice->open({helper("kept-at-home")}));
    publish("one");
    m_alice->close();
    QVERIFY(m_bob->open({helper("kept-at-home")}));
    follow(*m_bob);
    QTRY_COMPARE(entries(*m_bob), 1);
    m_bob->close();
    m_now = m_now.addSecs(30 * Day);
    QVERIFY(names->records().isEmpty());
    QVERIFY(m_bob->open({helper("kept-at-home")}));
    QTRY_VERIFY(!names->records().isEmpty());
    QVERIFY(m_carol->open({helper("kept-at-home")}));
    follow(*m_carol);
    QTRY_COMPARE(entries(*m_carol), 1);
}

void LongAbsenceTest::whatHasExpiredIsReadAndNeverPut()
{
    MemoryWorld *archive = world("archive");
    MemoryWorld *empty = world("lacks-it");
    archive->forgetRecordsAfter(0h, {});
    const QList<QUrl> both{helper("archive"), helper("lacks-it")};
    QVERIFY(m_alice->open({helper("archive")}));
    publish("one");
    m_alice->close();
    QVERIFY(m_bob->open({helper("archive")}));
    follow(*m_bob);
    QTRY_COMPARE(entries(*m_bob), 1);
    QVERIFY(!readHead(*m_bob).isExpired());
    archive->resetCounts();
    m_now = m_now.addSecs(366 * Day);
    QVERIFY(m_carol->open(both));
    follow(*m_carol);
    QTRY_COMPARE(entries(*m_carol), 1);
    QVERIFY(readHead(*m_carol).isExpired());
    // Also who knew it all the time.
    QTRY_VERIFY(readHead(*m_bob).isExpired());
    QTRY_VERIFY(empty->counts().nameGets > 20);
    QCOMPARE(empty->counts().namePuts, 0);
    QCOMPARE(archive->counts().namePuts, 0);
}

void LongAbsenceTest::aWriterWhoComesBackIsValidAgain()
{
    MemoryWorld *archive = world("comes-back");
    MemoryWorld *other = world("has-nothing");
    archive->forgetRecordsAfter(0h, {});
    QVERIFY(m_alice->open({helper("comes-back")}));
    publish("one");
    m_alice->close();
    const NameRecord before = recordIn(archive);
    m_now = m_now.addSecs(400 * Day);
    QVERIFY(m_bob->open({helper("comes-back"), helper("has-nothing")}));
    follow(*m_bob);
    QTRY_VERIFY(readHead(*m_bob).isExpired());
    QVERIFY(m_alice->open({helper("comes-back")}));
    QTRY_VERIFY(!readHead(*m_bob).isNull() && !readHead(*m_bob).isExpired());
    const NameRecord after = recordIn(archive);
    QCOMPARE(after.value, before.value);
    QVERIFY(after.number >= before.number);
    QVERIFY(!isExpired(after, m_now.addSecs(300 * Day)));
    // Now it is worth being kept.
    QTRY_COMPARE(other->records().value(m_link.logName()).value(0), after.bytes);
    publish("two");
    QTRY_COMPARE(entries(*m_bob), 2);
    QVERIFY(!m_alice->outgoing.value(Label).problem);
}

QTEST_GUILESS_MAIN(LongAbsenceTest)
#include "tst_longabsence.moc"
