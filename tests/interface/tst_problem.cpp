// SPDX-License-Identifier: MIT
#include <RemoteLog/result.h>

#include <QMetaEnum>
#include <QTest>

using namespace RemoteLog;
using namespace Qt::StringLiterals;

class TestProblem : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void noneIsNoProblem();
    void everyKindHasATextOfItsOwn();
    void anUnknownKindReadsLikeActionRequired();
    void neverHoldsUserInfo();
    void printsNoQuery();
    void saysWhenToAskAgain();
    void comparesByValue();
    void movesLeaveNothingBehind();
    void isAValueForProperties();
    void aResultIsEitherOr();
};

void TestProblem::noneIsNoProblem()
{
    const Problem none;
    QVERIFY(!none);
    QCOMPARE(none.kind(), Problem::Kind::None);
    QCOMPARE(none.text(), QString());
    QCOMPARE(none.detail(), QString());
    QCOMPARE(none.helper(), QUrl());
    // A detail does not make a problem out of none.
    QCOMPARE(Problem(Problem::Kind::None, u"all is well"_s, QUrl(u"https://x.example"_s)), none);
}

void TestProblem::everyKindHasATextOfItsOwn()
{
    QStringList texts;
    const auto kinds = QMetaEnum::fromType<Problem::Kind>();
    for (int i = 0; i < kinds.keyCount(); ++i) {
        const Problem problem(Problem::Kind(kinds.value(i)));
        if (!problem)
            continue;
        const QString text = problem.text();
        QVERIFY2(text.endsWith(u'.'), kinds.key(i));
        QVERIFY2(!texts.contains(text), kinds.key(i));
        texts.append(text);
    }
    QCOMPARE(texts.size(), 15);
}

void TestProblem::anUnknownKindReadsLikeActionRequired()
{
    const Problem problem(Problem::Kind(4711));
    QVERIFY(problem);
    QCOMPARE(problem.text(), Problem(Problem::Kind::ActionRequired).text());
}

void TestProblem::neverHoldsUserInfo()
{
    const Problem problem(Problem::Kind::Rejected, u"403"_s,
                          QUrl(u"gateway+https://alice:secret@host.example/path?a=b"_s));
    QCOMPARE(problem.helper(), QUrl(u"gateway+https://host.example/path?a=b"_s));
}

void TestProblem::printsNoQuery()
{
    QString text;
    QDebug(&text) << Problem(Problem::Kind::Rejected, u"403 Forbidden"_s,
                             QUrl(u"https://alice:secret@host.example/path?token=secret#secret"_s));
    QVERIFY(text.contains("Rejected"_L1));
    QVERIFY(text.contains("403 Forbidden"_L1));
    QVERIFY(text.contains("host.example/path"_L1));
    QVERIFY(!text.contains("secret"_L1));
}

void TestProblem::saysWhenToAskAgain()
{
    using namespace std::chrono_literals;
    const Problem busy(Problem::Kind::WillRetry, u"429"_s, QUrl(u"https://host.example"_s));
    QCOMPARE(busy.retryAfter(), 0s);
    const Problem later = busy.withRetryAfter(90s);
    QCOMPARE(later.retryAfter(), 90s);
    QCOMPARE(busy.retryAfter(), 0s);
    QCOMPARE(later.kind(), busy.kind());
    QCOMPARE(later.detail(), busy.detail());
    QCOMPARE(later.helper(), busy.helper());
    QVERIFY(later != busy);
    QCOMPARE(later, busy.withRetryAfter(90s));
    QCOMPARE(later.withRetryAfter(-1s), busy);
    // Nothing went wrong: there is nothing to wait for.
    QCOMPARE(Problem().withRetryAfter(90s), Problem());
    QCOMPARE(Problem().withRetryAfter(90s).retryAfter(), 0s);

    QString text;
    QDebug(&text) << later;
    QVERIFY(text.contains("90 s"_L1));
    text.clear();
    QDebug(&text) << busy;
    QVERIFY(!text.contains("again"_L1));
}

void TestProblem::comparesByValue()
{
    const QUrl helper(u"https://host.example"_s);
    const Problem problem(Problem::Kind::Rejected, u"403"_s, helper);
    QCOMPARE(problem, Problem(Problem::Kind::Rejected, u"403"_s, helper));
    QVERIFY(problem != Problem(Problem::Kind::WillRetry, u"403"_s, helper));
    QVERIFY(problem != Problem(Problem::Kind::Rejected, u"404"_s, helper));
    QVERIFY(problem != Problem(Problem::Kind::Rejected, u"403"_s));
    QVERIFY(problem != Problem());
}

void TestProblem::movesLeaveNothingBehind()
{
    Problem from(Problem::Kind::Clock, u"an hour ahead"_s);
    const Problem to = std::move(from);
    QCOMPARE(to.detail(), u"an hour ahead"_s);
    from = Problem(Problem::Kind::InUse);
    QCOMPARE(from.kind(), Problem::Kind::InUse);
}

void TestProblem::isAValueForProperties()
{
    const Problem problem(Problem::Kind::TooLarge, u"65 MiB"_s);
    const QVariant variant = QVariant::fromValue(problem);
    QCOMPARE(variant.value<Problem>(), problem);
    const QMetaObject &type = Problem::staticMetaObject;
    const int index = type.indexOfProperty("text");
    QCOMPARE(type.property(index).readOnGadget(variant.constData()).toString(), problem.text());
}

void TestProblem::aResultIsEitherOr()
{
    const Result<int> value(7);
    QVERIFY(value.ok());
    QCOMPARE(value.value(), 7);
    QVERIFY(!value.problem());

    const Result<int> problem = Problem(Problem::Kind::Closed);
    QVERIFY(!problem.ok());
    QCOMPARE(problem.problem().kind(), Problem::Kind::Closed);

    const Result<int> neither = Problem();
    QVERIFY(!neither.ok());
    QCOMPARE(neither.problem().kind(), Problem::Kind::InvalidArgument);
}

QTEST_APPLESS_MAIN(TestProblem)

#include "tst_problem.moc"
