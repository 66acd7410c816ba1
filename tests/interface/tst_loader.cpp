// SPDX-License-Identifier: MIT
#include <RemoteLog/transportloader.h>
#include <RemoteLog/transportplugin.h>

#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>

#include <optional>
#include <thread>

using namespace RemoteLog;
using namespace Qt::StringLiterals;

Q_DECLARE_METATYPE(RemoteLog::Problem::Kind)

namespace {

const auto plugins = QStringLiteral(FAKE_PLUGINS_DIR "/");
const auto pluginFile = u"/remotelog/libremotelogplugin.so"_s;

QString fake(const QString &name)
{
    return plugins + name + pluginFile;
}

// What load() said before there was an application.
std::optional<Problem> problemWithoutApplication;

bool codeRan()
{
    return qEnvironmentVariableIsSet("REMOTELOG_FAKE_PLUGIN_RAN");
}

} // namespace

// A process loads one plugin, once: the order of these functions matters, what fails comes first.
class TestLoader : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void theVersionIsSaidOnce();
    void needsAnApplication();
    void needsTheApplicationsThread();
    void eachFailureHasItsMessage_data();
    void eachFailureHasItsMessage();
    void aDamagedPluginIsNotLoaded();
    void saysWhereItLooked();
    void saysWhyTheOnlyPluginFoundDoesNotFit();
    void loadsTheFirstThatFits();
    void loadsOnce();
    void doesNotChangeItsMind();
};

void TestLoader::initTestCase()
{
    for (const auto &name : {u"good"_s, u"otherkind"_s, u"rootless"_s})
        QVERIFY(QFile::exists(fake(name)));
    qunsetenv("REMOTELOG_FAKE_PLUGIN_RAN");
}

void TestLoader::theVersionIsSaidOnce()
{
    // moc takes the IID as one literal, so it repeats the number.
    const QString iid = QStringLiteral(RemoteLogTransportPlugin_iid);
    QCOMPARE(iid.section(u'/', -1).toInt(), REMOTELOG_API_MAJOR);
}

void TestLoader::needsAnApplication()
{
    QVERIFY(problemWithoutApplication);
    QCOMPARE(problemWithoutApplication->kind(), Problem::Kind::InvalidArgument);
    QCOMPARE(problemWithoutApplication->detail(), u"there is no QCoreApplication yet"_s);
}

void TestLoader::needsTheApplicationsThread()
{
    Problem problem;
    std::thread([&problem] { problem = TransportLoader::load(fake(u"good"_s)).problem(); }).join();
    QCOMPARE(problem.kind(), Problem::Kind::InvalidArgument);
    QCOMPARE(problem.detail(), u"this is not QCoreApplication's thread"_s);
}

void TestLoader::eachFailureHasItsMessage_data()
{
    QTest::addColumn<QString>("file");
    QTest::addColumn<int>("apiMinor");
    QTest::addColumn<Problem::Kind>("kind");
    QTest::addColumn<QString>("message");
    QTest::addColumn<bool>("loads");
    const auto invalid = Problem::Kind::InvalidArgument;
    const auto broken = Problem::Kind::ActionRequired;
    const auto unsupported = Problem::Kind::Unsupported;

    QTest::newRow("relative path") << u"remotelog/libremotelogplugin.so"_s << 0 << invalid
                                   << u"is not an absolute path"_s << false;
    QTest::newRow("no such file") << u"/no/such/plugin.so"_s << 0 << broken
                                  << u"there is no file '/no/such/plugin.so'"_s << false;
    QTest::newRow("a folder") << plugins << 0 << broken << u"is not a file"_s << false;
    QTest::newRow("a text") << QString(QStringLiteral(TEST_DATA_DIR) + u"/tst_loader.cpp"_s) << 0
                            << broken << u"is not a Qt plugin"_s << false;
    QTest::newRow("another library") << QStringLiteral(REMOTELOG_LIBRARY_FILE) << 0 << broken
                                     << u"is not a Qt plugin"_s << false;
    QTest::newRow("a plugin of another kind")
        << fake(u"otherkind"_s) << 0 << broken
        << u"is a Qt plugin of another kind: 'org.example.Other/1'"_s << false;
    QTest::newRow("another major version")
        << fake(u"othermajor"_s) << 0 << unsupported
        << u"is made for another major version: 'org.remotelog.TransportPlugin/2', "
           "needed is 'org.remotelog.TransportPlugin/1'"_s
        << false;
    QTest::newRow("another major version in the metadata")
        << fake(u"contradictory"_s) << 0 << unsupported
        << u"(version 9.8.7) says major interface version 2, needed is 1"_s << false;
    QTest::newRow("an older minor version")
        << fake(u"good"_s) << 4 << unsupported
        << u"(version 9.8.7) is too old: interface version 1.3, needed is at least 1.4"_s << false;
    QTest::newRow("no version") << fake(u"silent"_s) << 0 << broken
                                << u"does not say its interface version"_s << false;
    QTest::newRow("a missing symbol")
        << fake(u"unresolved"_s) << 0 << broken << u"remoteLogSymbolThatNobodyDefines"_s << false;
    QTest::newRow("another root object") << fake(u"rootless"_s) << 0 << broken
                                         << u"has no root object of type TransportPlugin"_s << true;
}

void TestLoader::eachFailureHasItsMessage()
{
    QFETCH(QString, file);
    QFETCH(int, apiMinor);
    QFETCH(Problem::Kind, kind);
    QFETCH(QString, message);
    QFETCH(bool, loads);

    qunsetenv("REMOTELOG_FAKE_PLUGIN_RAN");
    const Result<TransportPlugin *> result = TransportLoader::load(file, apiMinor);
    QVERIFY(!result.ok());
    QVERIFY2(result.problem().detail().contains(message), qPrintable(result.problem().detail()));
    QVERIFY(result.problem().detail().contains(file));
    QCOMPARE(result.problem().kind(), kind);
    QCOMPARE(codeRan(), loads);
}

void TestLoader::aDamagedPluginIsNotLoaded()
{
    QTemporaryDir folder;
    QFile whole(fake(u"good"_s));
    QVERIFY(whole.open(QFile::ReadOnly));
    const QByteArray bytes = whole.readAll();
    // All before the end of what is mapped; a cut through the debug information does no harm.
    for (const qsizetype size : {1, 63, 64, 1000, 4096, 8000}) {
        QFile cut(folder.filePath(u"libremotelogplugin%1.so"_s.arg(size)));
        QVERIFY(cut.open(QFile::WriteOnly));
        QCOMPARE(cut.write(bytes.first(size)), size);
        cut.close();
        const Result<TransportPlugin *> result = TransportLoader::load(cut.fileName());
        QVERIFY(!result.ok());
        QCOMPARE(result.problem().kind(), Problem::Kind::ActionRequired);
        QVERIFY(result.problem().detail().contains(cut.fileName()));
    }
}

void TestLoader::saysWhereItLooked()
{
    QTemporaryDir empty;
    QCoreApplication::setLibraryPaths({empty.path(), u"/no/such/folder"_s});
    const Problem problem = TransportLoader::load().problem();
    QCOMPARE(problem.kind(), Problem::Kind::ActionRequired);
    const QString detail = problem.detail();
    QVERIFY(detail.startsWith("there is no remotelogplugin in any of: "_L1));
    QVERIFY(detail.contains(empty.path() + u"/remotelog, /no/such/folder/remotelog, "_s));
    // And the folder of the package, found relative to the library.
    const QString library = QFileInfo(QStringLiteral(REMOTELOG_LIBRARY_FILE)).absolutePath();
    QVERIFY(detail.endsWith("/remotelog"_L1));
    QVERIFY2(detail.contains(u", "_s + library), qPrintable(detail));
}

void TestLoader::saysWhyTheOnlyPluginFoundDoesNotFit()
{
    QCoreApplication::setLibraryPaths({plugins + u"othermajor"_s});
    const Problem problem = TransportLoader::load().problem();
    QCOMPARE(problem.kind(), Problem::Kind::Unsupported);
    QVERIFY(problem.detail().contains(fake(u"othermajor"_s)));
}

void TestLoader::loadsTheFirstThatFits()
{
    QCoreApplication::setLibraryPaths({plugins + u"othermajor"_s, plugins + u"good"_s});
    const Result<TransportPlugin *> result = TransportLoader::load(QString(), 3);
    QVERIFY2(result.ok(), qPrintable(result.problem().detail()));
    const auto *root = dynamic_cast<QObject *>(result.value());
    QVERIFY(root);
    QCOMPARE(root->objectName(), u"fake"_s);
}

void TestLoader::loadsOnce()
{
    qunsetenv("REMOTELOG_FAKE_PLUGIN_RAN");
    const Result<TransportPlugin *> first = TransportLoader::load();
    const Result<TransportPlugin *> second = TransportLoader::load(fake(u"good"_s));
    QVERIFY(first.ok());
    QVERIFY(second.ok());
    QCOMPARE(first.value(), second.value());
    QVERIFY(!codeRan());
}

void TestLoader::doesNotChangeItsMind()
{
    const Problem other = TransportLoader::load(fake(u"rootless"_s)).problem();
    QCOMPARE(other.kind(), Problem::Kind::InvalidArgument);
    QVERIFY(other.detail().contains("another plugin is loaded already"_L1));

    const Problem older = TransportLoader::load(QString(), 4).problem();
    QCOMPARE(older.kind(), Problem::Kind::Unsupported);
    QVERIFY(older.detail().contains("1.3, needed is at least 1.4"_L1));
}

int main(int argc, char **argv)
{
    problemWithoutApplication = TransportLoader::load(fake(u"good"_s)).problem();
    const QCoreApplication application(argc, argv);
    TestLoader test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_loader.moc"
