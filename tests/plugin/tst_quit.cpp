// SPDX-License-Identifier: MIT
#include "support/party.h"
#include "support/privatebus.h"

#include <QDataStream>
#include <QProcess>
#include <QtTest>

using namespace RemoteLog;
using namespace RemoteLog::Testing;

namespace {

constexpr int Patience = 60'000; // milliseconds; the plugin's own is much shorter
const QString Label = QStringLiteral("notes");

} // namespace

// A host that returns from main() and says nothing to anybody, whatever its disk does just then.
class QuitTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void returnsFromMain_data();
    void returnsFromMain();
};

void QuitTest::returnsFromMain_data()
{
    QTest::addColumn<QString>("disk");
    QTest::addColumn<QString>("goodbye");
    QTest::addColumn<bool>("isDiskOfFolder"); // where it publishes
    QTest::addColumn<QByteArrayList>("appends"); // what became of them
    const QString works = QStringLiteral("works");
    const QString hangs = QStringLiteral("hangs");
    const QString recovers = QStringLiteral("recovers");
    for (const char *goodbye : {"forgets", "deletes", "closes"}) {
        const QString said = QLatin1String(goodbye);
        // Nobody brought the key to them.
        QTest::addRow("right after it appended, %s", goodbye)
            << works << said << false << QByteArrayList{"Closed", "Closed", "Closed"};
        QTest::addRow("disk hangs, %s", goodbye)
            << hangs << said << false << QByteArrayList{"1", "open", "open"};
        QTest::addRow("disk recovers, %s", goodbye)
            << recovers << said << false << QByteArrayList{"1", "2", "3"};
    }
    const QString forgets = QStringLiteral("forgets");
    // The application is gone then, and with it who delivers events.
    QTest::newRow("disk recovers too late")
        << QStringLiteral("recovers-late") << forgets << false << QByteArrayList{"1", "2", "open"};
    QTest::newRow("folder hangs") << hangs << forgets << true << QByteArrayList{"1", "2", "3"};
}

void QuitTest::returnsFromMain()
{
    QFETCH(QString, disk);
    QFETCH(QString, goodbye);
    QFETCH(bool, isDiskOfFolder);
    QFETCH(QByteArrayList, appends);
    QTemporaryDir folder;
    Party alice(isDiskOfFolder ? QList<QUrl>{QUrl::fromLocalFile(folder.path())} : QList<QUrl>());
    // The first start makes the key, which a host does not do that leaves right away.
    linkOf(alice.open().openLog(Label));
    alice.close();

    QByteArray secrets;
    QDataStream stream(&secrets, QIODevice::WriteOnly);
    stream << alice.secrets.secrets;
    QStringList arguments{alice.settings.directory(), QString::fromLatin1(secrets.toBase64()), disk,
                          goodbye};
    if (isDiskOfFolder)
        arguments.append(folder.path());
    QProcess host;
    endWithUs(host);
    host.start(QStringLiteral(QUIT_HOST), arguments);
    QVERIFY(host.waitForFinished(Patience));
    QCOMPARE(host.readAllStandardError(), QByteArray()); // a guest is quiet
    QCOMPARE(host.exitStatus(), QProcess::NormalExit);
    QCOMPARE(host.exitCode(), 0);
    QCOMPARE(host.readAllStandardOutput().trimmed().split('\n'), appends);

    // What it was told is there, in order, and the profile is sound.
    OutgoingLog *log = alice.open().openLog(Label);
    const QList<Entry> entries = await(log->read(1, int(appends.size()))).value();
    const auto confirmed =
        std::count_if(appends.begin(), appends.end(),
                      [](const QByteArray &each) { return each.toULongLong() > 0; });
    QVERIFY(entries.size() >= confirmed);
    QVERIFY(entries.size() + appends.count("Closed") <= appends.size());
    for (qsizetype i = 0; i < entries.size(); ++i)
        QCOMPARE(entries.at(i).payload(), QByteArray::number(i + 1));
    QCOMPARE(await(log->append("after")).value(), quint64(entries.size()) + 1);
}

QTEST_GUILESS_MAIN(QuitTest)
#include "tst_quit.moc"
