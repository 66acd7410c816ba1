// SPDX-License-Identifier: MIT
#include "log/rangemap.h"

#include "support/samples.h"

#include <QTest>

#include <map>
#include <random>
#include <set>

using namespace RemoteLog;

namespace {

constexpr int Addresses = 15;
constexpr quint64 End = 90; // nothing reaches it

// What a RangeMap is, entry by entry.
class Model
{
public:
    void add(const PageRange &range)
    {
        if (isHeld(range))
            return;
        const auto known = ranges.find(range.address);
        if (known == ranges.end())
            ranges.emplace(range.address, range);
        else if (range.first <= known->second.first && range.last() >= known->second.last())
            known->second = range;
    }

    void setHeld(quint64 first, quint64 last)
    {
        for (quint64 sequence = first; sequence <= last; ++sequence)
            held.insert(sequence);
        for (auto it = ranges.begin(); it != ranges.end();)
            it = isHeld(it->second) ? ranges.erase(it) : std::next(it);
    }

    std::set<quint64> covered() const
    {
        std::set<quint64> covered = held;
        for (const auto &[address, range] : ranges)
            addTo(covered, range);
        return covered;
    }

    bool isHeld(const PageRange &range) const
    {
        return missing(range, range.first, range.last()).empty();
    }

    // Of what is asked for, what this range would bring.
    std::set<quint64> missing(const PageRange &range, quint64 first, quint64 last) const
    {
        std::set<quint64> missing;
        for (quint64 sequence = std::max(first, range.first);
             sequence <= std::min(last, range.last()); ++sequence) {
            if (!held.count(sequence))
                missing.insert(sequence);
        }
        return missing;
    }

    static void addTo(std::set<quint64> &entries, const PageRange &range)
    {
        for (quint64 sequence = range.first; sequence <= range.last(); ++sequence)
            entries.insert(sequence);
    }

    std::set<quint64> held;
    std::map<QByteArray, PageRange> ranges; // by address
};

} // namespace

// A RangeMap beside a model that is too simple to be wrong, through thousands of random lives.
class TestRangeModel : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void behavesLikeTheModel();

private:
    quint64 below(quint64 limit) { return m_random() % limit; }
    void change(RangeMap &map, Model &model);
    void compare(const RangeMap &map, const Model &model);
    void judgePlan(const RangeMap &map, const Model &model);

    std::mt19937 m_random{7};
};

void TestRangeModel::change(RangeMap &map, Model &model)
{
    const quint64 first = 1 + below(60);
    const quint64 count = 1 + below(15);
    const QByteArray address = sampleAddress(int(below(Addresses)));
    switch (below(8)) {
    case 0:
    case 1:
        map.setHeld(first, first + count - 1);
        model.setHeld(first, first + count - 1);
        break;
    case 2:
        map.remove(address);
        model.ranges.erase(address);
        break;
    case 3:
        if (below(4) == 0) {
            map.removeBefore(first);
            model.setHeld(1, first - 1);
        }
        break;
    default: {
        const PageRange range{first, count, address, below(3) ? below(2000) : 0};
        map.add(range, int(below(4)));
        model.add(range);
    }
    }
}

void TestRangeModel::compare(const RangeMap &map, const Model &model)
{
    QCOMPARE(map.size(), int(model.ranges.size()));
    for (int i = 0; i < Addresses; ++i)
        QCOMPARE(map.contains(sampleAddress(i)), model.ranges.count(sampleAddress(i)) > 0);
    const std::set<quint64> covered = model.covered();
    quint64 gap = End;
    for (quint64 sequence = End; sequence > 0; --sequence) {
        gap = covered.count(sequence) ? gap : sequence;
        QCOMPARE(map.gapFrom(sequence), gap);
    }
}

void TestRangeModel::judgePlan(const RangeMap &map, const Model &model)
{
    const quint64 first = 1 + below(70);
    const quint64 last = first + below(30);
    std::set<QByteArray> underWay;
    for (int i = 0; i < Addresses; ++i) {
        if (below(3) == 0)
            underWay.insert(sampleAddress(i));
    }
    const auto isUnderWay = [&underWay](const QByteArray &a) { return underWay.count(a) > 0; };
    const int limit = int(1 + below(20));
    const QList<PlannedFetch> plan = map.plan(first, last, isUnderWay, limit);
    QVERIFY(plan.size() <= limit);
    std::set<QByteArray> planned;
    for (const PlannedFetch &fetch : plan) {
        QVERIFY2(planned.insert(fetch.range.address).second, "something twice");
        QVERIFY2(!isUnderWay(fetch.range.address), "something under way");
        QCOMPARE(fetch.range, model.ranges.at(fetch.range.address));
        QVERIFY2(!model.missing(fetch.range, first, last).empty(), "something useless");
    }

    std::set<quint64> brought = model.held;
    for (const PlannedFetch &fetch : map.plan(
             first, last, [](const QByteArray &) { return false; }, 1000))
        Model::addTo(brought, fetch.range);
    for (const quint64 sequence : model.covered())
        QVERIFY2(sequence < first || sequence > last || brought.count(sequence), "not all");
}

void TestRangeModel::behavesLikeTheModel()
{
    for (int life = 0; life < 1000; ++life) {
        RangeMap map;
        Model model;
        for (int i = 0; i < 40; ++i) {
            change(map, model);
            compare(map, model);
            judgePlan(map, model);
            if (QTest::currentTestFailed())
                return;
        }
    }
}

QTEST_APPLESS_MAIN(TestRangeModel)
#include "tst_rangemodel.moc"
