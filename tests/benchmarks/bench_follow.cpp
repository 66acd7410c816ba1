// SPDX-License-Identifier: MIT
// A log through a folder, as a host sees it: durable appends, and a fresh reader who catches up, in
// a process of his own so that his memory is his own. Prints medians; asserts only that everything
// arrives.
#include "stallprobe.h"

#include "support/party.h"

#include <QCoreApplication>
#include <QProcess>
#include <QTemporaryDir>

#include <algorithm>
#include <cstdio>

using namespace RemoteLog;
using namespace RemoteLog::Testing;

namespace {

constexpr int EntrySize = 200;

// Kilobytes of a line of /proc/self/status, e.g. "VmRSS".
qint64 processMemory(const QByteArray &name)
{
    QFile status(QStringLiteral("/proc/self/status"));
    if (!status.open(QIODevice::ReadOnly))
        return 0;
    for (const QByteArray &line : status.readAll().split('\n')) {
        if (line.startsWith(name + ':'))
            return line.mid(name.size() + 1).trimmed().split(' ').first().toLongLong();
    }
    return 0;
}

double median(QList<double> values)
{
    std::sort(values.begin(), values.end());
    return values.at(values.size() / 2);
}

struct Published
{
    QString link;
    double appendMs = 0;
    double singleUs = 0;
    double publishMs = 0;
};

// How the log came to be: in one go, or over a long time, message by message, each published before
// the next and so with a page of its own.
enum class Shape { FullPages, OneEntryPages };

void publishOneByOne(OutgoingLog *log, const QList<QByteArray> &payloads)
{
    for (const QByteArray &payload : payloads) {
        const Result<quint64> sequence = await(log->append(payload));
        if (!sequence.ok()
            || !waitFor([&] { return log->head().lastSequence() == sequence.value(); }))
            qFatal("an entry was not published");
    }
}

Published publish(const QUrl &folder, int entries, Shape shape)
{
    Party writer({folder});
    OutgoingLog *log = writer.open().openLog(QStringLiteral("benchmark"));
    linkOf(log);
    QList<QByteArray> payloads;
    for (int i = 0; i < entries; ++i)
        payloads.append(QByteArray::number(i).rightJustified(EntrySize, '.'));
    writer.transport().setPaused(shape == Shape::FullPages);
    Published published;
    QElapsedTimer timer;
    timer.start();
    constexpr int Batch = 1000;
    for (int i = 0; i < entries; i += Batch) {
        if (shape == Shape::OneEntryPages)
            publishOneByOne(log, payloads.mid(i, Batch));
        else if (!await(log->appendAll(payloads.mid(i, Batch))).ok())
            qFatal("appendAll failed");
    }
    published.appendMs = double(timer.nsecsElapsed()) / 1e6;
    constexpr int Singles = 100;
    timer.restart();
    for (int i = 0; i < Singles; ++i) {
        if (!await(log->append(payloads.first())).ok())
            qFatal("append failed");
    }
    published.singleUs = double(timer.nsecsElapsed()) / 1e3 / Singles;
    timer.restart();
    writer.transport().setPaused(false);
    if (!waitFor([&] { return log->head().lastSequence() == quint64(entries + Singles); }))
        qFatal("nothing was published");
    published.publishMs = double(timer.nsecsElapsed()) / 1e6;
    published.link = log->link().toUrl().toString();
    return published;
}

// In a process of its own. Prints: milliseconds, kilobytes over idle, stall p99 and maximum idle,
// the same while reading.
int readLog(const QUrl &folder, const QString &link, quint64 last)
{
    Party reader({folder});
    Transport &transport = reader.open();
    waitFor([&transport] { return transport.state() == Transport::State::Idle; });
    StallProbe idle;
    idle.runFor(1000);
    QFile clear(QStringLiteral("/proc/self/clear_refs")); // resets the peak
    if (clear.open(QIODevice::WriteOnly))
        clear.write("5");
    clear.close();
    const qint64 before = processMemory("VmRSS");
    StallProbe probe;
    probe.start();
    QElapsedTimer timer;
    timer.start();
    IncomingLog *log = transport.follow(LogLink::fromUrl(QUrl(link)).value());
    quint64 received = 0;
    QEventLoop loop;
    QObject::connect(log, &IncomingLog::entriesReceived, &loop, [&](const QList<Entry> &entries) {
        for (const Entry &entry : entries) {
            if (entry.sequence() != ++received || entry.payload().size() != EntrySize)
                qFatal("entry %llu is not what was written", received);
        }
        log->commit(received);
    });
    QObject::connect(log, &IncomingLog::positionChanged, &loop, [&] {
        if (log->position() == last)
            loop.quit();
    });
    log->start();
    loop.exec();
    const double ms = double(timer.nsecsElapsed()) / 1e6;
    probe.stop();
    std::printf("%.2f %lld %.3f %.3f %.3f %.3f\n", ms, processMemory("VmHWM") - before,
                idle.percentile(0.99), idle.percentile(1), probe.percentile(0.99),
                probe.percentile(1));
    return 0;
}

} // namespace

int main(int argc, char **argv)
{
    const QCoreApplication app(argc, argv);
    const QStringList arguments = app.arguments();
    if (arguments.value(1) == QLatin1String("--read"))
        return readLog(QUrl(arguments.at(2)), arguments.at(3), arguments.at(4).toULongLong());
    const bool quick = arguments.contains(QLatin1String("--quick"));
    std::printf("%8s %14s %14s %12s %16s %12s %22s %22s\n", "entries", "appendAll", "single append",
                "publish", "cold follow", "memory", "stall idle p99/max", "stall reading p99/max");
    struct Row
    {
        int entries;
        Shape shape;
    };
    const QList<Row> rows = quick ? QList<Row>{{1000, Shape::FullPages}}
                                  : QList<Row>{{1000, Shape::FullPages},
                                               {10'000, Shape::FullPages},
                                               {100'000, Shape::FullPages},
                                               {1000, Shape::OneEntryPages}};
    for (const auto &[entries, shape] : rows) {
        const QTemporaryDir share;
        const QUrl folder = QUrl::fromLocalFile(share.path());
        if (shape == Shape::OneEntryPages)
            std::printf("each entry in a page of its own:\n");
        const Published published = publish(folder, entries, shape);
        const int total = entries + 100;
        QList<QList<double>> figures(6);
        for (int round = 0; round < (quick ? 1 : 5); ++round) {
            QProcess reader;
            reader.setProcessChannelMode(QProcess::ForwardedErrorChannel);
            reader.start(app.applicationFilePath(), {QStringLiteral("--read"), folder.toString(),
                                                     published.link, QString::number(total)});
            if (!reader.waitForFinished(120'000) || reader.exitCode() != 0)
                qFatal("the reader failed");
            const QList<QByteArray> line = reader.readAllStandardOutput().trimmed().split(' ');
            for (int i = 0; i < 6; ++i)
                figures[i].append(line.at(i).toDouble());
        }
        const double ms = median(figures.at(0));
        std::printf("%8d %10.0f/s %11.0f us %9.0f ms %8.0f ms %6.0f/s %6.1f MiB %10.2f / %6.2f ms "
                    "%10.2f / %6.2f ms\n",
                    entries, entries / published.appendMs * 1000, published.singleUs,
                    published.publishMs, ms, total / ms * 1000, median(figures.at(1)) / 1024,
                    median(figures.at(2)), median(figures.at(3)), median(figures.at(4)),
                    median(figures.at(5)));
        std::fflush(stdout);
    }
    return 0;
}
