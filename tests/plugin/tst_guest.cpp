// SPDX-License-Identifier: MIT
#include "support/loadedplugin.h"
#include "support/party.h"

#include <QDirIterator>
#include <QLoggingCategory>
#include <QPluginLoader>
#include <QtTest>

#include <mutex>

using namespace RemoteLog;
using namespace RemoteLog::Testing;

namespace {

const QString Label = QStringLiteral("notes");
const QByteArray Text = "for nobody's log file";

std::mutex saidMutex;
QStringList said; // through Qt's logging, by anybody in any thread

void listen(QtMsgType, const QMessageLogContext &context, const QString &message)
{
    const std::lock_guard lock(saidMutex);
    said.append(QLatin1String(context.category) + QStringLiteral(": ") + message);
}

QStringList saidDuring(const std::function<void()> &action)
{
    {
        const std::lock_guard lock(saidMutex);
        said.clear();
    }
    const QtMessageHandler before = qInstallMessageHandler(listen);
    action();
    qInstallMessageHandler(before);
    const std::lock_guard lock(saidMutex);
    return said;
}

// One byte of each block of a folder. How many blocks there are.
int damageBlocks(const QString &folder)
{
    int count = 0;
    QDirIterator blocks(folder + QStringLiteral("/blocks"), QDir::Files,
                        QDirIterator::Subdirectories);
    for (; blocks.hasNext(); ++count) {
        QFile file(blocks.next());
        if (!file.open(QIODevice::ReadWrite))
            return 0;
        QByteArray bytes = file.readAll();
        bytes[bytes.size() / 2] = char(~bytes.at(bytes.size() / 2));
        file.seek(0);
        file.write(bytes);
    }
    return count;
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
    void tellsNoSecretWhenAsked();
    void leavesNoThreads();
    void copiesTalkToEachOther();
    void copiesShareNoProfile();

private:
    std::unique_ptr<Transport> openWithCopy(Party &party);
    void exchange(LogLink *link);

    QTemporaryDir m_directory;
    TransportPlugin *m_copy = nullptr;
    qsizetype m_threadsBefore = 0; // any transport was made
};

void GuestTest::initTestCase()
{
    const QString path = m_directory.filePath(QStringLiteral("libcopy.so"));
    QVERIFY(QFile::copy(QStringLiteral(REMOTELOG_TEST_PLUGIN), path));
    QPluginLoader loader(path);
    m_copy = qobject_cast<TransportPlugin *>(loader.instance());
    QVERIFY2(m_copy, qPrintable(loader.errorString()));
    QVERIFY(m_copy != &loadedPlugin());
    m_threadsBefore = threads();
}

std::unique_ptr<Transport> GuestTest::openWithCopy(Party &party)
{
    return std::unique_ptr<Transport>(m_copy->create(party.settings, party.services()));
}

// Not without trouble, so that there is something to say: the storage is damaged, Bob cannot read
// it, and Alice repairs it.
void GuestTest::exchange(LogLink *link)
{
    constexpr int TooLongForARecord = 1000;
    QTemporaryDir folder;
    const QList<QUrl> helpers{QUrl::fromLocalFile(folder.path())};
    Party alice(helpers);
    Party bob(helpers);
    OutgoingLog *log = alice.open().openLog(Label);
    *link = linkOf(log);
    QVERIFY(await(log->append(Text.repeated(TooLongForARecord))).ok());
    QVERIFY(waitFor([log] { return log->head().lastSequence() == 1; }));
    const int blocks = damageBlocks(folder.path());
    QVERIFY(blocks > 0);
    Reader reader(bob.open().follow(*link));
    QVERIFY(waitFor([&] { return reader.log->problem().kind() == Problem::Kind::Tampered; }));
    QCOMPARE(await(log->audit()).value().restored(), blocks);
    bob.transport().syncNow();
    QVERIFY(waitFor([&reader] { return reader.log->position() == 1; }));
    alice.close();
    bob.close();
}

void GuestTest::quietUnlessAsked()
{
    LogLink link;
    QCOMPARE(saidDuring([&] { exchange(&link); }), QStringList());
}

void GuestTest::tellsNoSecretWhenAsked()
{
    LogLink link;
    QLoggingCategory::setFilterRules(QStringLiteral("remotelog.*=true"));
    const QStringList lines = saidDuring([&] { exchange(&link); });
    QLoggingCategory::setFilterRules({});
    // Each of these had something to say.
    for (const char *category : {"remotelog.engine", "remotelog.cas"})
        QVERIFY2(std::any_of(lines.begin(), lines.end(),
                             [category](const QString &line) {
                                 return line.startsWith(QLatin1String(category));
                             }),
                 category);
    const QString key = link.toUrl().fragment();
    QVERIFY(!key.isEmpty());
    for (const QString &line : lines) {
        QVERIFY2(line.startsWith(QStringLiteral("remotelog.")), qPrintable(line));
        for (const QString &secret :
             {key, QString::fromLatin1(Text), QString::fromLatin1(Text.toHex()),
              QString::fromLatin1(Text.toBase64())})
            QVERIFY2(!line.contains(secret), qPrintable(line));
    }
}

void GuestTest::leavesNoThreads()
{
    constexpr int Open = 10;
    QTemporaryDir folder;
    std::vector<std::unique_ptr<Party>> parties;
    for (int i = 0; i < 2 * Open; ++i) {
        parties.push_back(std::make_unique<Party>(QList<QUrl>{QUrl::fromLocalFile(folder.path())}));
        linkOf(parties.back()->open().openLog(Label));
        if (i % 2)
            parties.back()->drop();
    }
    QVERIFY(threads() >= m_threadsBefore + Open);
    parties.clear();
    QVERIFY(waitFor([this] { return threads() <= m_threadsBefore; }));
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
