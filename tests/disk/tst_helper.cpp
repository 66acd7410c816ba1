// SPDX-License-Identifier: MIT
#include "disktest.h"

#include "support/memoryhelpers.h"

#include <QDir>

using namespace RemoteLog;
using namespace RemoteLog::Testing;

namespace {

const QString Label = QStringLiteral("notes");

} // namespace

// The disk of a helper's folder: what it does is the helper's problem, the host's appends go on,
// and nothing has to be done but what the disk needs.
class HelperDiskTest : public QObject
{
    Q_OBJECT

public:
    explicit HelperDiskTest(const QString &why)
        : m_why(why)
    {
    }

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void fails_data();
    void fails();
    void fillsUpOnTheWay();
    void otherHelpersGoOn();
    void isReplacedByAnEmptyOne_data();
    void isReplacedByAnEmptyOne();
    void cannotBeReadAnyMore();

private:
    void breakDisk(const QString &how);
    void mendDisk(const QString &how);
    HelperStatus status() const { return m_alice->transport().helpers().value(0); }
    QString folder() const { return m_disk->path(QStringLiteral("shared")); }
    void append(OutgoingLog *log, int count = 3, int size = 20'000);
    bool isPublished(OutgoingLog *log) const
    {
        return log->head().lastSequence() == quint64(m_payloads.size());
    }
    void bobReadsAll(const LogLink &link);

    const QString m_why;
    std::unique_ptr<SmallDisk> m_disk;
    std::unique_ptr<Party> m_alice;
    QList<QByteArray> m_payloads;
};

void HelperDiskTest::initTestCase()
{
    if (!m_why.isEmpty())
        QSKIP(qPrintable(m_why));
}

void HelperDiskTest::init()
{
    m_disk = std::make_unique<SmallDisk>(2048);
    QVERIFY(QDir().mkdir(folder()));
    m_alice = std::make_unique<Party>(QList<QUrl>{folderUrl(folder())});
    m_payloads.clear();
}

void HelperDiskTest::cleanup()
{
    m_alice.reset();
    m_disk.reset();
}

void HelperDiskTest::breakDisk(const QString &how)
{
    if (how == u"full")
        m_disk->fill();
    else if (how == u"read-only")
        m_disk->setReadOnly(true);
    else if (how == u"pulled out")
        m_disk->pullOut();
    else
        QVERIFY(QFile::rename(folder(), folder() + QStringLiteral("-away")));
    if (how == u"a file instead") {
        QFile file(folder());
        QVERIFY(file.open(QIODevice::WriteOnly));
    }
}

void HelperDiskTest::mendDisk(const QString &how)
{
    if (how == u"full")
        return m_disk->makeRoom();
    if (how == u"read-only")
        return m_disk->setReadOnly(false);
    if (how == u"pulled out")
        return m_disk->plugIn();
    if (how == u"a file instead")
        QVERIFY(QFile::remove(folder()));
    QVERIFY(QFile::rename(folder() + QStringLiteral("-away"), folder()));
}

void HelperDiskTest::append(OutgoingLog *log, int count, int size)
{
    for (int i = 0; i < count; ++i) {
        m_payloads.append(payload(int(m_payloads.size()), size));
        const Result<quint64> sequence = await(log->append(m_payloads.constLast()));
        QVERIFY2(sequence.ok(), qPrintable(sequence.problem().detail()));
        QCOMPARE(sequence.value(), quint64(m_payloads.size()));
    }
}

void HelperDiskTest::bobReadsAll(const LogLink &link)
{
    Party bob({folderUrl(folder())});
    Reader reader(bob.open().follow(link));
    QVERIFY(waitFor([&] { return reader.entries.size() >= m_payloads.size(); }));
    QCOMPARE(payloadsOf(reader.entries), m_payloads);
}

void HelperDiskTest::fails_data()
{
    QTest::addColumn<QString>("how");
    QTest::addColumn<bool>("isLater");
    QTest::addColumn<bool>("isAsked"); // to try again
    for (const char *how : {"full", "read-only", "pulled out", "gone", "a file instead"}) {
        const QString text = QString::fromLatin1(how);
        QTest::addRow("%s at the start", how) << text << false << false;
        QTest::addRow("%s later", how) << text << true << false;
        QTest::addRow("%s later, syncNow()", how) << text << true << true;
    }
}

void HelperDiskTest::fails()
{
    QFETCH(const QString, how);
    QFETCH(const bool, isLater);
    QFETCH(const bool, isAsked);
    if (!isLater)
        breakDisk(how);
    OutgoingLog *log = m_alice->open().openLog(Label);
    if (isLater) {
        append(log);
        QVERIFY(waitFor([&] { return isPublished(log); }));
        QVERIFY(!status().problem());
        breakDisk(how);
    }
    const auto before = m_payloads.size();
    append(log);
    QVERIFY(waitFor([&] { return status().problem().kind() == Problem::Kind::ActionRequired; }));
    QCOMPARE(status().problem().helper(), folderUrl(folder()));
    QVERIFY(!status().isUsable());
    QCOMPARE(m_alice->transport().problem(), status().problem());
    QCOMPARE(m_alice->transport().state(), Transport::State::NeedsAttention);
    append(log); // goes on
    QVERIFY(!log->problem());
    QVERIFY(waitFor([&] { return log->pendingCount() == m_payloads.size() - before; }));
    const QList<Entry> waiting = await(log->read(quint64(before) + 1, 100)).value();
    QCOMPARE(waiting.size(), m_payloads.size() - before);
    for (const Entry &entry : waiting)
        QCOMPARE(entry.state(), Entry::State::Pending);

    mendDisk(how);
    if (isAsked)
        m_alice->transport().syncNow();
    QVERIFY(waitFor([&] { return isPublished(log); }));
    QVERIFY(waitFor([&] { return !m_alice->transport().problem(); }));
    QVERIFY(status().isUsable());
    QVERIFY(waitFor([&] { return log->pendingCount() == 0; }));
    QVERIFY(QDir(folder() + QStringLiteral("/tmp")).entryList(QDir::Files).isEmpty());
    bobReadsAll(linkOf(log));
}

void HelperDiskTest::fillsUpOnTheWay()
{
    OutgoingLog *log = m_alice->open().openLog(Label);
    m_disk->fill(300 * 1024);
    append(log, 30, 50'000);
    QVERIFY(waitFor([&] { return status().problem().kind() == Problem::Kind::ActionRequired; }));
    const auto published = log->head().lastSequence();
    QVERIFY(published < quint64(m_payloads.size()));
    if (published > 0) { // then that much can be read
        Party bob({folderUrl(folder())});
        Reader reader(bob.open().follow(linkOf(log)));
        QVERIFY(waitFor([&] { return quint64(reader.entries.size()) >= published; }));
        QCOMPARE(payloadsOf(reader.entries), m_payloads.first(qsizetype(published)));
    }
    m_disk->makeRoom();
    QVERIFY(waitFor([&] { return isPublished(log) && !m_alice->transport().problem(); }));
    bobReadsAll(linkOf(log));
}

void HelperDiskTest::otherHelpersGoOn()
{
    m_alice->settings.setHelpers({folderUrl(folder()), helper("good")});
    m_disk->setReadOnly(true);
    OutgoingLog *log = m_alice->open().openLog(Label);
    append(log);
    QVERIFY(waitFor([&] { return isPublished(log); }));
    QVERIFY(waitFor([&] { return status().problem().kind() == Problem::Kind::ActionRequired; }));
    QVERIFY(!m_alice->transport().helpers().value(1).problem());
    QVERIFY(waitFor([&] { return log->pendingCount() == 0; }));
    m_disk->setReadOnly(false);
    QVERIFY(waitFor([&] { return !m_alice->transport().problem(); }));
    bobReadsAll(linkOf(log));
}

void HelperDiskTest::isReplacedByAnEmptyOne_data()
{
    QTest::addColumn<bool>("isMountPoint"); // of a disk that is pulled out
    QTest::newRow("folder") << false;
    QTest::newRow("mount point") << true;
}

void HelperDiskTest::isReplacedByAnEmptyOne()
{
    QFETCH(const bool, isMountPoint);
    const QString place = isMountPoint ? m_disk->path() : folder();
    m_alice->settings.setHelpers({folderUrl(place)});
    OutgoingLog *log = m_alice->open().openLog(Label);
    append(log);
    QVERIFY(waitFor([&] { return isPublished(log); }));
    if (isMountPoint) {
        m_disk->pullOut();
    } else {
        QVERIFY(QFile::rename(place, place + QStringLiteral("-away")));
        QVERIFY(QDir().mkdir(place));
    }
    // It gets all of the log, for nobody could read it there otherwise.
    append(log);
    QVERIFY(waitFor([&] { return isPublished(log); }));
    QVERIFY(waitFor([&] { return !m_alice->transport().problem(); }));
    {
        Party bob({folderUrl(place)});
        Reader reader(bob.open().follow(linkOf(log)));
        QVERIFY(waitFor([&] { return reader.entries.size() >= m_payloads.size(); }));
        QCOMPARE(payloadsOf(reader.entries), m_payloads);
    }
    // And so does the old one, when it comes back.
    if (isMountPoint) {
        m_disk->plugIn();
    } else {
        QVERIFY(QDir(place).removeRecursively());
        QVERIFY(QFile::rename(place + QStringLiteral("-away"), place));
    }
    append(log);
    QVERIFY(waitFor([&] { return isPublished(log); }));
    Party bob({folderUrl(place)});
    Reader reader(bob.open().follow(linkOf(log)));
    QVERIFY(waitFor([&] { return reader.entries.size() >= m_payloads.size(); }));
    QCOMPARE(payloadsOf(reader.entries), m_payloads);
}

void HelperDiskTest::cannotBeReadAnyMore()
{
    OutgoingLog *log = m_alice->open().openLog(Label);
    Party bob({folderUrl(folder())});
    Reader reader(bob.open().follow(linkOf(log)));
    append(log);
    QVERIFY(waitFor([&] { return reader.entries.size() == m_payloads.size(); }));
    m_disk->pullOut();
    append(log);
    reader.log->checkNow();
    QVERIFY(waitFor([&] {
        return bob.transport().helpers().value(0).problem().kind() == Problem::Kind::ActionRequired;
    }));
    m_disk->plugIn();
    QVERIFY(waitFor([&] { return reader.entries.size() >= m_payloads.size(); }));
    QCOMPARE(payloadsOf(reader.entries), m_payloads);
    QVERIFY(waitFor([&] { return !bob.transport().problem(); }));
}

int main(int argc, char **argv)
{
    return runWithMounts<HelperDiskTest>(argc, argv);
}
#include "tst_helper.moc"
