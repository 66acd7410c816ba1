// SPDX-License-Identifier: MIT
#include "log/address.h"

#include "support/mutator.h"

#include <QTest>

using namespace RemoteLog;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size);

namespace {

// Good answers and errors of every command.
QList<QByteArray> seeds()
{
    const QByteArray one = addressToText(blockAddress("one")).toLatin1();
    const QByteArray two = addressToText(blockAddress("two")).toLatin1();
    return {R"({"Key":")" + one + "\",\"Size\":3}\n{\"Key\":\"" + two + "\",\"Size\":3}\n",
            R"({"Root":{"Cid":{"/":")" + one
                + "\"},\"PinErrorMsg\":\"\"}}\n{\"Stats\":{\"BlockCount\":2}}\n",
            R"({"Pins":[")" + one + "\"]}\n",
            R"({"Message":"not pinned or pinned indirectly","Code":0,"Type":"error"})",
            R"({"Message":"ipld: could not find it","Code":1,"Type":"error"})",
            R"({"Message":"write /x: no space left on device","Code":4,"Type":"error"})",
            "403 - Forbidden",
            "404 page not found"};
}

} // namespace

class TestAnswersFuzz : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void answersOfAnyStatusMayBeMutated_data();
    void answersOfAnyStatusMayBeMutated();
};

void TestAnswersFuzz::answersOfAnyStatusMayBeMutated_data()
{
    QTest::addColumn<QByteArray>("seed");
    const QList<QByteArray> corpus = seeds();
    for (qsizetype number = 0; number < corpus.size(); ++number)
        QTest::addRow("answer %d", int(number)) << corpus.at(number);
}

void TestAnswersFuzz::answersOfAnyStatusMayBeMutated()
{
    QFETCH(QByteArray, seed);
    const QList<QByteArray> corpus = seeds();
    Mutator mutator(corpus);
    for (int round = 0; round < 5000; ++round) {
        const QByteArray input = char(round % 9) + mutator.mutate(seed);
        QCOMPARE(LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t *>(input.constData()),
                                        std::size_t(input.size())),
                 0);
    }
}

QTEST_APPLESS_MAIN(TestAnswersFuzz)
#include "tst_answersfuzz.moc"
