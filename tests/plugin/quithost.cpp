// SPDX-License-Identifier: MIT
//
// quit-host <profile> <secrets> <disk> <goodbye> [folder]
// A host that returns from main() with appends under way, and never ran exec(). Its disk "works",
// or it hangs in the middle of an append, which is the second: for ever ("hangs"), until the plugin
// waits for it ("recovers"), or until that waited long enough ("recovers-late"). With a folder to
// publish in, that is the disk. Of its transport it thinks no more ("forgets"), or it "deletes" or
// "closes" it. When everything of Qt is gone it prints what became of each append: its sequence,
// the kind of its Problem, or "open".
#include "support/fakenetworkwatch.h"
#include "support/fakesecretstore.h"
#include "support/party.h"

#include "../platform/stuckdisk.h"

#include <RemoteLog/hostservices.h>
#include <RemoteLog/transportloader.h>

#include <QCoreApplication>
#include <QDataStream>
#include <QFile>
#include <QMetaEnum>

#include <atomic>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <sys/syscall.h>
#include <thread>
#include <unistd.h>

using namespace RemoteLog;
using namespace RemoteLog::Testing;

namespace {

char hungFolder[PATH_MAX]; // what is below it hangs
std::atomic_bool isHung = false;

// Never destroyed: who is stuck in it outlives everything.
RemoteLogTest::StuckDisk &disk()
{
    static auto *disk = new RemoteLogTest::StuckDisk;
    return *disk;
}

int askDisk(long call, int descriptor)
{
    static std::once_flag once;
    char path[PATH_MAX] = {};
    const QByteArray link = "/proc/self/fd/" + QByteArray::number(descriptor);
    if (isHung && ::readlink(link.constData(), path, sizeof path - 1) > 0
        && qstrncmp(path, hungFolder, qstrlen(hungFolder)) == 0)
        std::call_once(once, disk().task());
    return int(::syscall(call, descriptor));
}

// In the middle of some wait.
bool isAsleep(pid_t thread)
{
    QFile file(QStringLiteral("/proc/self/task/%1/stat").arg(thread));
    if (!file.open(QIODevice::ReadOnly))
        return false;
    const QByteArray status = file.readAll(); // number (name) state ...
    return status.mid(status.lastIndexOf(')')).startsWith(") S");
}

// What outlives the application.
struct Remains
{
    FakeSecretStore secrets;
    FakeNetworkWatch network;
    QList<QFuture<Result<quint64>>> appends;
    std::thread recovery;
    bool recoversLate = false;

    // From the end of main() on there is nothing to wait for but the plugin.
    void recoverWhenWaitedFor()
    {
        recovery = std::thread([] {
            while (!isAsleep(::getpid()))
                std::this_thread::yield();
            disk().letGo();
        });
    }

    ~Remains()
    {
        if (recovery.joinable())
            recovery.join();
        if (recoversLate) {
            disk().letGo();
            while (!appends.at(1).isFinished()) // waitForFinished() needs an application
                std::this_thread::yield();
        }
        for (const auto &append : std::as_const(appends))
            std::puts(resultOf(append).constData());
    }

    static QByteArray resultOf(const QFuture<Result<quint64>> &append)
    {
        if (!append.isFinished())
            return "open";
        const Result<quint64> result = append.result();
        if (result.ok())
            return QByteArray::number(result.value());
        return QMetaEnum::fromType<Problem::Kind>().valueToKey(int(result.problem().kind()));
    }
};

} // namespace

// The plugin calls these instead of the C library's.
extern "C" {

Q_DECL_EXPORT int fsync(int descriptor)
{
    return askDisk(SYS_fsync, descriptor);
}

Q_DECL_EXPORT int fdatasync(int descriptor)
{
    return askDisk(SYS_fdatasync, descriptor);
}

} // extern "C"

int main(int argc, char **argv)
{
    Remains remains;
    QCoreApplication application(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    const bool isDiskGood = arguments.at(3) == QLatin1String("works");
    QDataStream secrets(QByteArray::fromBase64(arguments.at(2).toLatin1()));
    secrets >> remains.secrets.secrets;
    Settings settings;
    settings.setApplicationId(QStringLiteral("org.remotelog.test"));
    settings.setDirectory(arguments.at(1));
    if (arguments.size() > 5)
        settings.setHelpers({QUrl::fromLocalFile(arguments.at(5))});
    HostServices services;
    services.setSecretStore(&remains.secrets);
    services.setNetworkWatch(&remains.network);
    const Result<TransportPlugin *> plugin =
        TransportLoader::load(QStringLiteral(REMOTELOG_TEST_PLUGIN));
    if (!plugin.ok())
        return 1;

    Transport *transport = plugin.value()->create(settings, services, &application);
    OutgoingLog *log = transport->openLog(QStringLiteral("notes"));
    const auto append = [&](const QByteArray &payload) {
        remains.appends.append(log->append(payload));
    };
    append("1");
    if (!isDiskGood) {
        await(remains.appends.constLast());
        if (!::realpath(argv[argc > 5 ? 5 : 1], hungFolder))
            return 2;
        isHung = true;
    }
    append("2");
    if (!isDiskGood && !disk().waitUntilStuck())
        return 3;
    append("3");
    if (arguments.at(4) == QLatin1String("deletes"))
        delete transport;
    else if (arguments.at(4) == QLatin1String("closes"))
        transport->close();
    if (arguments.at(3) == QLatin1String("recovers"))
        remains.recoverWhenWaitedFor();
    remains.recoversLate = arguments.at(3) == QLatin1String("recovers-late");
    return 0;
}
