// SPDX-License-Identifier: MIT
#include "ns/recordcache.h"

#include <QTest>

using namespace RemoteLog;

// What is remembered of answers is bounded.
class RecordCacheTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatWasNotAskedForTheLongestGoesFirst();
    void isBoundedInBytes();
    void tagsAreBounded();
    void tagsAreVisible_data();
    void tagsAreVisible();
};

namespace {

QString name(int number)
{
    return QString::number(number);
}

} // namespace

void RecordCacheTest::whatWasNotAskedForTheLongestGoesFirst()
{
    RecordCache cache;
    for (int i = 0; i < RecordCache::MaxNames; ++i)
        cache.replace(name(i), {"tag", name(i).toLatin1()});
    QCOMPARE(cache.find(name(0)).record, "0");
    cache.replace(name(1000), {"tag", "more"});
    QCOMPARE(cache.find(name(0)).record, "0");
    QVERIFY(cache.find(name(1)).tag.isNull());
    QCOMPARE(cache.find(name(2)).record, "2");
    // The same name again takes no place.
    cache.replace(name(1000), {"other", "and more"});
    QCOMPARE(cache.find(name(1000)).tag, "other");
    QCOMPARE(cache.find(name(3)).record, "3");
    cache.replace(name(1000), {});
    QVERIFY(cache.find(name(1000)).record.isNull());
}

void RecordCacheTest::isBoundedInBytes()
{
    RecordCache cache;
    const QByteArray large(RecordCache::MaxBytes / 4, 'x');
    for (int round = 0; round < 3; ++round) { // what was removed does not count any more
        for (int i = 0; i < 4; ++i)
            cache.replace(name(i), {"tag", large});
        QVERIFY(cache.find(name(0)).record.isNull());
        for (int i = 1; i < 4; ++i)
            QCOMPARE(cache.find(name(i)).record.size(), large.size());
    }
    cache.replace(name(9), {"tag", QByteArray(RecordCache::MaxBytes + 1, 'x')});
    QVERIFY(cache.find(name(9)).record.isNull());
}

void RecordCacheTest::tagsAreBounded()
{
    RecordCache cache;
    cache.replace(name(1), {QByteArray(RecordCache::MaxTagSize, 't'), "kept"});
    cache.replace(name(2), {QByteArray(RecordCache::MaxTagSize + 1, 't'), "not"});
    QCOMPARE(cache.find(name(1)).record, "kept");
    QVERIFY(cache.find(name(2)).record.isNull());
}

void RecordCacheTest::tagsAreVisible_data()
{
    QTest::addColumn<QByteArray>("tag");
    QTest::addColumn<bool>("isKept");
    QTest::newRow("the first and the last") << QByteArray("!~") << true;
    QTest::newRow("weak") << QByteArray("W/\"x\"") << true;
    QTest::newRow("none") << QByteArray() << false;
    QTest::newRow("a blank") << QByteArray("\"a b\"") << false;
    QTest::newRow("a line") << QByteArray("x\r\nHost: else") << false;
    QTest::newRow("a zero") << QByteArray("x\0", 2) << false;
    QTest::newRow("delete") << QByteArray("x\x7f") << false;
    QTest::newRow("not ASCII") << QByteArray("x\xc3\xa4") << false;
}

void RecordCacheTest::tagsAreVisible()
{
    QFETCH(QByteArray, tag);
    QFETCH(bool, isKept);
    RecordCache cache;
    cache.replace(name(1), {"before", "old"});
    cache.replace(name(1), {tag, "record"});
    QCOMPARE(cache.find(name(1)).record, isKept ? QByteArray("record") : QByteArray());
    QCOMPARE(cache.find(name(1)).tag, isKept ? tag : QByteArray());
}

QTEST_GUILESS_MAIN(RecordCacheTest)
#include "tst_recordcache.moc"
