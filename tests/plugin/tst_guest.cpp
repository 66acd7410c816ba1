// SPDX-License-Identifier: MIT
#include "support/loadedplugin.h"
#include "support/memoryhelpers.h"
#include "support/party.h"

#include <QDir>
#include <QLoggingCategory>
#include <QPluginLoader>
#include <QtTest>

using namespace RemoteLog;
using namespace RemoteLog::Testing;

namespace {

const QString Label = QStringLiteral("notes");
QStringList said; // by anybody, through Qt's logging

void listen(QtMsgType, const QMessageLogContext &context, const QString &message)
{
    said.append(QLatin1String(context.category) + QStringLiteral(": ") + message);
}

qsizetype threads()
{
    return QDir(QStringLiteral("/proc/self/task"))
        .entryList(QDir::Dirs | QDir::NoDotAndDotDot)
        .size();
}

} // namespace

// The plugin is a guest in somebody else's program: it is quiet, leaves nothing behind, and gets
// along with another copy of itself that another part of the program brought.
class GuestTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void quietUnlessAsked();
    void leavesNoThreads();
    void copiesTalkToEachOther();
    void copiesShareNoProfile();

private:
    std::unique_ptr<Transport> openWithCopy(Party &party);

    QTemporaryDir m_directory;
    TransportPlugin *m_copy = nullptr;
};

void GuestTest::initTestCase()
{
    const QString path = m_directory.filePath(QStringLiteral("libcopy.so"));
    QVERIFY(QFile::copy(QStringLiteral(REMOTELOG_TEST_PLUGIN), path));
    QPluginLoader loader(path);
    m_copy = qobject_cast<TransportPlugin *>(loader.instance());
    QVERIFY2(m_copy, qPrintable(loader.errorString()));
    QVERIFY(m_copy != &loadedPlugin());
}

std::unique_ptr<Transport> GuestTest::openWithCopy(Party &party)
{
    return std::unique_ptr<Transport>(m_copy->create(party.settings, party.services()));
}

void GuestTest::quietUnlessAsked()
{
    const auto exchange = [] {
        Party alice({helper("quiet")});
        Party bob({helper("quiet")});
        OutgoingLog *log = alice.open().openLog(Label);
        QVERIFY(await(log->append("psst")).ok());
        Reader reader(bob.open().follow(linkOf(log)));
        QVERIFY(waitFor([&reader] { return reader.log->position() == 1; }));
        alice.close();
        bob.close();
    };
    said.clear();
    const QtMessageHandler before = qInstallMessageHandler(listen);
    exchange();
    qInstallMessageHandler(before);
    QCOMPARE(said, QStringList());
}

void GuestTest::leavesNoThreads()
{
    {
        Party first({});
        first.open();
        first.close();
    }
    const qsizetype before = threads();
    QTemporaryDir folder;
    std::vector<std::unique_ptr<Party>> parties;
    for (int i = 0; i < 20; ++i) {
        parties.push_back(std::make_unique<Party>(QList<QUrl>{QUrl::fromLocalFile(folder.path())}));
        linkOf(parties.back()->open().openLog(Label));
        if (i % 2)
            parties.back()->drop();
    }
    QVERIFY(threads() > before);
    parties.clear();
    // Another one clears away what ended meanwhile.
    QVERIFY(waitFor([before] {
        Party last({});
        last.open();
        last.close();
        return threads() <= before;
    }));
}

void GuestTest::copiesTalkToEachOther()
{
    QTemporaryDir folder;
    const QList<QUrl> helpers{QUrl::fromLocalFile(folder.path())};
    Party alice(helpers);
    Party bob(helpers);
    OutgoingLog *log = alice.open().openLog(Label);
    QVERIFY(await(log->append("from one copy")).ok());
    const std::unique_ptr<Transport> other = openWithCopy(bob);
    Reader reader(other->follow(linkOf(log)));
    QVERIFY(waitFor([&reader] { return reader.log->position() == 1; }));
    QCOMPARE(reader.entries.first().payload(), "from one copy");
    QVERIFY(!await(other->close()));
}

void GuestTest::copiesShareNoProfile()
{
    Party alice({});
    OutgoingLog *log = alice.open().openLog(Label);
    QVERIFY(await(log->append("mine")).ok());
    const std::unique_ptr<Transport> other = openWithCopy(alice);
    QVERIFY(waitFor([&other] { return other->problem().kind() == Problem::Kind::InUse; }));
    QVERIFY(await(log->append("still mine")).ok());
    alice.close();
    QVERIFY(waitFor([&other] { return !other->problem(); }));
    QCOMPARE(await(other->openLog(Label)->append("now yours")).value(), 3u);
    QVERIFY(!await(other->close()));
}

QTEST_GUILESS_MAIN(GuestTest)
#include "tst_guest.moc"
