// SPDX-License-Identifier: MIT
#include "testengine.h"

#include <QtTest>

using namespace RemoteLog;
using namespace RemoteLog::Testing;
using namespace std::chrono_literals;

namespace {

Problem unauthorized()
{
    return Problem(Problem::Kind::ActionRequired, QStringLiteral("401"));
}

} // namespace

// What an engine does when the credentials of its helpers come, change, or do not come.
class CredentialsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_engine = std::make_unique<TestEngine>();
        // A helper that failed is not tried again by itself.
        m_engine->timing.retryFirst = m_engine->timing.retryMost = 1h;
    }
    void cleanup() { m_engine.reset(); }
    void newOneIsTriedAtOnce();
    void readingGoesOnToo();
    void refusalIsToldAndKeepsNothingUp();

private:
    std::unique_ptr<TestEngine> m_engine;
};

void CredentialsTest::newOneIsTriedAtOnce()
{
    QVERIFY(m_engine->open({FarStore}));
    m_engine->append(QStringLiteral("notes"), "entry");
    QTRY_COMPARE(store()->puts.size(), 1);
    store()->answerPut(unauthorized());
    QTRY_COMPARE(m_engine->status.problem.kind(), Problem::Kind::ActionRequired);
    (*m_engine)->setCredentials({{FarStore, "Bearer token"}});
    QTRY_COMPARE(store()->puts.size(), 1);

    // One that is for others changes nothing here.
    store()->answerPut(unauthorized());
    QTRY_VERIFY(store()->puts.isEmpty());
    (*m_engine)->setCredentials({{FarStore, "Bearer token"}, {Far, "Bearer other"}});
    for (int i = 0; i < 100; ++i)
        QCoreApplication::processEvents();
    QVERIFY(store()->puts.isEmpty());

    // What was asked with the old one, and fails only now, does not count against the new one.
    (*m_engine)->setCredentials({{FarStore, "Bearer newer"}});
    QTRY_COMPARE(store()->puts.size(), 1);
    (*m_engine)->setCredentials({{FarStore, "Bearer newest"}});
    store()->answerPut(unauthorized());
    QTRY_COMPARE(store()->puts.size(), 1);
    (*m_engine)->setCredentials({});
    store()->answerPut(Problem());
    QTRY_VERIFY(!m_engine->status.problem);
}

void CredentialsTest::readingGoesOnToo()
{
    QVERIFY(m_engine->open({Far}));
    m_engine->follow(1);
    QTRY_COMPARE(names()->gets.size(), 1);
    names()->answer(unauthorized());
    QTRY_COMPARE(m_engine->status.problem.kind(), Problem::Kind::ActionRequired);
    (*m_engine)->setCredentials({{Far, "Bearer token"}});
    QTRY_COMPARE(names()->gets.size(), 1);
    names()->answer();
    QTRY_VERIFY(!m_engine->status.problem);
}

void CredentialsTest::refusalIsToldAndKeepsNothingUp()
{
    QVERIFY(m_engine->open({FarStore}));
    (*m_engine)->refuseCredentials(
        Problem(Problem::Kind::SecretStoreUnavailable, QStringLiteral("locked by the test")));
    QTRY_COMPARE(m_engine->status.state, Transport::State::NeedsAttention);
    QCOMPARE(m_engine->status.problem.detail(), QStringLiteral("locked by the test"));
    m_engine->append(QStringLiteral("notes"), "entry");
    QTRY_COMPARE(store()->puts.size(), 1);
    store()->answerPut(Problem());
    (*m_engine)->setCredentials({});
    QTRY_VERIFY(!m_engine->status.problem);
}

QTEST_GUILESS_MAIN(CredentialsTest)
#include "tst_credentials.moc"
