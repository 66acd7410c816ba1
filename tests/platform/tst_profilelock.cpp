// SPDX-License-Identifier: MIT
#include "folders.h"
#include "systemcalls.h"

#include "platform/profilelock.h"

#include <cstdio>
#include <future>
#include <thread>

using namespace RemoteLog;
using namespace RemoteLogTest;
using Holder = ProfileLock::Holder;

// Another process: this program with "hold <directory>" or "wait", until its input ends.
class TestProfileLock : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }
    void isHeldUntilItDies();
    void isOneHoweverTheDirectoryIsSpelled();
    void differsByDirectory();
    void keepsOutAnotherProcess();
    void isKeptFromAnotherProcess();
    void isFreeWhenItsProcessIsKilled();
    void isNotInherited();
    void doesNotWaitForAnotherProfilesDisk();
    void reportsAMissingDirectory();

private:
    void start(QProcess &process, const QStringList &arguments) const;

    std::unique_ptr<QTemporaryDir> m_folder;
};

void TestProfileLock::start(QProcess &process, const QStringList &arguments) const
{
    process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    process.start(QCoreApplication::applicationFilePath(), arguments);
    QVERIFY(process.waitForReadyRead(30'000));
}

void TestProfileLock::isHeldUntilItDies()
{
    ProfileLock::Attempt first = ProfileLock::take(m_folder->path());
    QVERIFY(first.lock);
    QCOMPARE(first.holder, Holder::Us);
    QCOMPARE(first.problem, Problem());

    const ProfileLock::Attempt second = ProfileLock::take(m_folder->path());
    QVERIFY(!second.lock);
    QCOMPARE(second.holder, Holder::ThisProcess);
    QCOMPARE(second.problem.kind(), Problem::Kind::InUse);

    first.lock.reset();
    QCOMPARE(ProfileLock::take(m_folder->path()).holder, Holder::Us);
}

void TestProfileLock::isOneHoweverTheDirectoryIsSpelled()
{
    QTemporaryDir elsewhere;
    const QString link = elsewhere.filePath(u"link"_s);
    QVERIFY(QFile::link(m_folder->path(), link));
    const ProfileLock::Attempt first = ProfileLock::take(m_folder->path());
    QCOMPARE(first.holder, Holder::Us);
    QCOMPARE(ProfileLock::take(link).holder, Holder::ThisProcess);
    QCOMPARE(ProfileLock::take(m_folder->path() + u"/./"_s).holder, Holder::ThisProcess);
}

void TestProfileLock::differsByDirectory()
{
    QTemporaryDir elsewhere;
    const ProfileLock::Attempt first = ProfileLock::take(m_folder->path());
    const ProfileLock::Attempt second = ProfileLock::take(elsewhere.path());
    QCOMPARE(first.holder, Holder::Us);
    QCOMPARE(second.holder, Holder::Us);
}

void TestProfileLock::keepsOutAnotherProcess()
{
    const ProfileLock::Attempt ours = ProfileLock::take(m_folder->path());
    QCOMPARE(ours.holder, Holder::Us);
    QProcess other;
    start(other, {u"hold"_s, m_folder->path()});
    QCOMPARE(other.readLine().trimmed(), "another process");
    other.closeWriteChannel();
    QVERIFY(other.waitForFinished(30'000));
}

void TestProfileLock::isKeptFromAnotherProcess()
{
    QProcess other;
    start(other, {u"hold"_s, m_folder->path()});
    QCOMPARE(other.readLine().trimmed(), "held");
    const ProfileLock::Attempt ours = ProfileLock::take(m_folder->path());
    QVERIFY(!ours.lock);
    QCOMPARE(ours.holder, Holder::AnotherProcess);
    QCOMPARE(ours.problem.kind(), Problem::Kind::InUse);

    other.closeWriteChannel();
    QVERIFY(other.waitForFinished(30'000));
    QCOMPARE(ProfileLock::take(m_folder->path()).holder, Holder::Us);
}

void TestProfileLock::isFreeWhenItsProcessIsKilled()
{
    QProcess other;
    start(other, {u"hold"_s, m_folder->path()});
    QCOMPARE(other.readLine().trimmed(), "held");
    other.kill();
    QVERIFY(other.waitForFinished(30'000));
    QCOMPARE(other.exitStatus(), QProcess::CrashExit);
    QCOMPARE(ProfileLock::take(m_folder->path()).holder, Holder::Us);
}

// A program that the host starts lives on when the transport is closed.
void TestProfileLock::isNotInherited()
{
    ProfileLock::Attempt ours = ProfileLock::take(m_folder->path());
    QCOMPARE(ours.holder, Holder::Us);
    QProcess child;
    start(child, {u"wait"_s});
    const QDir descriptors(u"/proc/%1/fd"_s.arg(child.processId()));
    const auto open = descriptors.entryInfoList(QDir::AllEntries | QDir::System);
    for (const QFileInfo &descriptor : open)
        QVERIFY(!descriptor.symLinkTarget().endsWith(u"/lock"));
    ours.lock.reset();
    QCOMPARE(ProfileLock::take(m_folder->path()).holder, Holder::Us);
    child.closeWriteChannel();
    QVERIFY(child.waitForFinished(30'000));
}

void TestProfileLock::doesNotWaitForAnotherProfilesDisk()
{
    QTemporaryDir hangs;
    std::promise<void> begun;
    std::promise<void> release;
    SystemCalls::blockLocks(hangs.path(), &begun, release.get_future().share());
    Holder holder = Holder::Nobody;
    std::thread other([&] { holder = ProfileLock::take(hangs.path()).holder; });
    const bool isStuck =
        begun.get_future().wait_for(std::chrono::seconds(30)) == std::future_status::ready;
    const Holder stuck = ProfileLock::take(hangs.path()).holder;
    ProfileLock::Attempt ours = ProfileLock::take(m_folder->path());
    const Holder healthy = ours.holder;
    ours.lock.reset();
    release.set_value();
    other.join();
    QVERIFY(isStuck);
    QCOMPARE(stuck, Holder::ThisProcess);
    QCOMPARE(healthy, Holder::Us);
    QCOMPARE(holder, Holder::Us);
    QCOMPARE(ProfileLock::take(hangs.path()).holder, Holder::Us);
}

void TestProfileLock::reportsAMissingDirectory()
{
    const ProfileLock::Attempt attempt = ProfileLock::take(m_folder->filePath(u"none"_s));
    QVERIFY(!attempt.lock);
    QCOMPARE(attempt.holder, Holder::Nobody);
    QCOMPARE(attempt.problem.kind(), Problem::Kind::WillRetry);
}

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    const QStringList arguments = application.arguments();
    if (arguments.value(1) == u"hold"_s || arguments.value(1) == u"wait"_s) {
        ProfileLock::Attempt attempt;
        if (arguments.value(1) == u"hold"_s)
            attempt = ProfileLock::take(arguments.value(2));
        std::puts(attempt.holder == Holder::AnotherProcess ? "another process" : "held");
        std::fflush(stdout);
        while (std::getchar() != EOF) {}
        return 0;
    }
    TestProfileLock test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_profilelock.moc"
