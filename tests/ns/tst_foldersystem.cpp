// SPDX-License-Identifier: MIT
#include "../platform/folders.h"
#include "../platform/stuckdisk.h"
#include "recordwriter.h"

#include "ns/foldersystem.h"

#include <QSignalSpy>

using namespace RemoteLogTest;

namespace {

constexpr qint64 Limit = 100'000;

class HangingSystem : public FolderSystem
{
public:
    using FolderSystem::calls;
    using FolderSystem::FolderSystem;
};

} // namespace

class TestFolderSystem : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QVERIFY(initializeCryptography()); }
    void init();
    void cleanup() { m_system.reset(); }
    void isMadeOfItsUrl();
    void givesBackWhatItTook();
    void refusesWhatIsNoName_data();
    void refusesWhatIsNoName();
    void noticesARecordThatComes_data() { fileSystemRows(); }
    void noticesARecordThatComes();
    void noticesTheFolderThatComes();
    void saysWhichNameChanged();
    void answersWhenAbortedWhileTheDiskHangs();
    void answersWhenDeletedWhileTheDiskHangs();

private:
    void open(const QString &folder);
    QString path(const QString &name) const { return m_folder->filePath(name); }
    Problem put(const QByteArray &record)
    {
        return answer(m_system->put(m_writer.logName(), record));
    }
    QList<QByteArray> get() { return answer(m_system->get(m_writer.logName(), Limit)).value(); }
    void useHangingSystem(StuckDisk &disk);

    Writer m_writer;
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<FolderSystem> m_system;
};

void TestFolderSystem::init()
{
    m_folder = std::make_unique<QTemporaryDir>();
    open(m_folder->path());
}

void TestFolderSystem::open(const QString &folder)
{
    m_system.reset(FolderSystem::create(QUrl::fromLocalFile(folder)));
    QVERIFY(m_system);
}

void TestFolderSystem::isMadeOfItsUrl()
{
    QVERIFY(!m_system->needsNetwork());
    QCOMPARE(m_system->embedLimit(), 2048);
    const std::unique_ptr<FolderSystem> share(
        FolderSystem::create(QUrl(u"file:///mnt/share?network=required"_s)));
    QVERIFY(share && share->needsNetwork());
    QVERIFY(!FolderSystem::create(QUrl(u"file:///mnt/share?x=y"_s)));
}

void TestFolderSystem::givesBackWhatItTook()
{
    QCOMPARE(put(m_writer.record(1)), Problem());
    QCOMPARE(get(), QList<QByteArray>({m_writer.record(1)}));
}

void TestFolderSystem::refusesWhatIsNoName_data()
{
    QTest::addColumn<QString>("name");
    QTest::newRow("empty") << QString();
    QTest::newRow("up") << u".."_s;
    QTest::newRow("path") << u"../../etc"_s;
    QTest::newRow("cut off") << m_writer.logName().chopped(1);
    QTest::newRow("upper case") << m_writer.logName().toUpper();
    QTest::newRow("with a path") << m_writer.logName() + u"/x"_s;
    QTest::newRow("with a zero") << m_writer.logName() + QChar(u'\0');
    const QByteArray cid = *Multibase::decode(m_writer.logName());
    QTest::newRow("another base") << Multibase::encodeBase32(cid);
}

void TestFolderSystem::refusesWhatIsNoName()
{
    QFETCH(QString, name);
    QCOMPARE(answer(m_system->put(name, m_writer.record(1))).kind(),
             Problem::Kind::InvalidArgument);
    QCOMPARE(answer(m_system->get(name, Limit)).problem().kind(), Problem::Kind::InvalidArgument);
    QCOMPARE(namesBelow(m_folder->path()), QStringList());
}

void TestFolderSystem::noticesARecordThatComes()
{
    QFETCH(QString, place);
    m_folder = std::make_unique<QTemporaryDir>(place + u"/remotelog-XXXXXX"_s);
    open(m_folder->path());
    const std::unique_ptr<FolderSystem> other(
        FolderSystem::create(QUrl::fromLocalFile(m_folder->path())));
    QCOMPARE(get(), QList<QByteArray>());
    QSignalSpy changed(m_system.get(), &NameSystem::changed);

    // Asked for once only; the first time no directory is there.
    for (quint64 number = 1; number <= 3; ++number) {
        const QByteArray record = m_writer.record(number);
        QCOMPARE(answer(other->put(m_writer.logName(), record)), Problem());
        QTRY_VERIFY_WITH_TIMEOUT(!changed.isEmpty(), 30'000);
        QCOMPARE(changed.first().first().toString(), m_writer.logName());
        changed.clear();
    }
    QCOMPARE(get().first(), m_writer.record(3));
}

void TestFolderSystem::noticesTheFolderThatComes()
{
    open(path(u"share/log"_s));
    QVERIFY(!answer(m_system->get(m_writer.logName(), Limit)).ok());
    QSignalSpy changed(m_system.get(), &NameSystem::changed);
    QVERIFY(QDir().mkpath(path(u"share/log"_s)));
    QCOMPARE(put(m_writer.record(1)), Problem());
    QTRY_VERIFY_WITH_TIMEOUT(!changed.isEmpty(), 30'000);
    QCOMPARE(get(), QList<QByteArray>({m_writer.record(1)}));
}

void TestFolderSystem::saysWhichNameChanged()
{
    const Writer second;
    const Writer unasked;
    QCOMPARE(get(), QList<QByteArray>());
    QVERIFY(answer(m_system->get(second.logName(), Limit)).ok());
    QSignalSpy changed(m_system.get(), &NameSystem::changed);
    QCOMPARE(answer(m_system->put(unasked.logName(), unasked.record(1))), Problem());
    QCOMPARE(answer(m_system->put(second.logName(), second.record(1))), Problem());
    QTRY_VERIFY_WITH_TIMEOUT(!changed.isEmpty(), 30'000);
    for (const QVariantList &arguments : changed)
        QCOMPARE(arguments.first().toString(), second.logName());
}

void TestFolderSystem::useHangingSystem(StuckDisk &disk)
{
    const QUrl url = QUrl::fromLocalFile(m_folder->path());
    auto system = std::make_unique<HangingSystem>(FolderHelper::fromUrl(url).value());
    system->calls().run(disk.task());
    m_system = std::move(system);
    QVERIFY(disk.waitUntilStuck());
}

void TestFolderSystem::answersWhenAbortedWhileTheDiskHangs()
{
    StuckDisk disk;
    useHangingSystem(disk);
    const auto putting = m_system->put(m_writer.logName(), m_writer.record(1));
    const auto getting = m_system->get(m_writer.logName(), Limit);
    QVERIFY(!putting.isFinished() && !getting.isFinished());
    m_system->abort();
    QCOMPARE(answer(putting).kind(), Problem::Kind::WillRetry);
    QCOMPARE(answer(getting).problem().kind(), Problem::Kind::WillRetry);
    // It does not wait for the disk to wake up.
    QCOMPARE(get(), QList<QByteArray>());
    QCOMPARE(put(m_writer.record(1)), Problem());
    QCOMPARE(get(), QList<QByteArray>({m_writer.record(1)}));
}

void TestFolderSystem::answersWhenDeletedWhileTheDiskHangs()
{
    StuckDisk disk;
    useHangingSystem(disk);
    const auto putting = m_system->put(m_writer.logName(), m_writer.record(1));
    const auto getting = m_system->get(m_writer.logName(), Limit);
    m_system.reset();
    QCOMPARE(answer(putting).kind(), Problem::Kind::WillRetry);
    QCOMPARE(answer(getting).problem().kind(), Problem::Kind::WillRetry);
}

QTEST_GUILESS_MAIN(TestFolderSystem)

#include "tst_foldersystem.moc"
