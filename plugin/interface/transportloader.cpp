// SPDX-License-Identifier: MIT
#include <RemoteLog/transportloader.h>

#include <RemoteLog/transportplugin.h>

#include <QtCore/QCoreApplication>
#include <QtCore/QDir>
#include <QtCore/QFileInfo>
#include <QtCore/QJsonObject>
#include <QtCore/QLibrary>
#include <QtCore/QPluginLoader>
#include <QtCore/QPointer>
#include <QtCore/QStringBuilder>
#include <QtCore/QThread>

#ifdef Q_OS_UNIX
#include <dlfcn.h>
#endif

namespace RemoteLog {

namespace {

// The one plugin of this process; only touched in QCoreApplication's thread.
struct Loaded
{
    QPointer<QObject> root;
    TransportPlugin *plugin = nullptr;
    QString file;
    int apiMinor = 0;
};

Loaded &loaded()
{
    static Loaded instance;
    return instance;
}

QString quoted(const QString &text)
{
    return QLatin1Char('\'') % text % QLatin1Char('\'');
}

Problem invalid(const QString &detail)
{
    return Problem(Problem::Kind::InvalidArgument, detail);
}

Problem broken(const QString &detail)
{
    return Problem(Problem::Kind::ActionRequired, detail);
}

Problem unsupported(const QString &detail)
{
    return Problem(Problem::Kind::Unsupported, detail);
}

// Folder of the library that this code is in; empty if the system does not tell.
QString libraryFolder()
{
#ifdef Q_OS_UNIX
    // The address of data: that of an exported function may be one in the host's own executable.
    static const char here = 0;
    Dl_info info;
    if (dladdr(&here, &info) != 0 && info.dli_fname)
        return QFileInfo(QFile::decodeName(info.dli_fname)).absolutePath();
#endif
    return QString();
}

// Qt's folders come first, so that QT_PLUGIN_PATH can replace an installed plugin. Our own is found
// relative to the library, so that a prefix can be moved and needs no environment.
QStringList searchFolders()
{
    QStringList folders;
    const QStringList paths = QCoreApplication::libraryPaths();
    for (const QString &path : paths)
        folders.append(QDir::cleanPath(path % QLatin1String("/remotelog")));
    const QString library = libraryFolder();
    if (!library.isEmpty())
        folders.append(QDir::cleanPath(
            QDir(library).absoluteFilePath(QStringLiteral(REMOTELOG_PLUGIN_DIR_FROM_LIBRARY))));
    folders.removeDuplicates();
    return folders;
}

QStringList findPlugins(const QStringList &folders)
{
    QStringList files;
    for (const QString &folder : folders) {
        const QFileInfoList found = QDir(folder).entryInfoList(
            {QStringLiteral("*remotelogplugin*")}, QDir::Files, QDir::Name);
        for (const QFileInfo &file : found) {
            if (QLibrary::isLibrary(file.fileName()))
                files.append(file.absoluteFilePath());
        }
    }
    return files;
}

// What the plugin says of itself, read without running any of its code. None if it fits.
Problem checkMetaData(const QString &file, const QJsonObject &metaData, int apiMinor)
{
    const QString iid = metaData.value(QLatin1String("IID")).toString();
    const QString ourIid = QStringLiteral(RemoteLogTransportPlugin_iid);
    const QString anyMajor = ourIid.left(ourIid.lastIndexOf(QLatin1Char('/')) + 1);
    if (iid != ourIid) {
        if (!iid.startsWith(anyMajor))
            return broken(quoted(file) % QLatin1String(" is a Qt plugin of another kind: ")
                          % quoted(iid));
        return unsupported(quoted(file) % QLatin1String(" is made for another major version: ")
                           % quoted(iid) % QLatin1String(", needed is ") % quoted(ourIid));
    }

    const QJsonObject own = metaData.value(QLatin1String("MetaData")).toObject();
    const QString version = own.value(QLatin1String("Version")).toString();
    const int major = own.value(QLatin1String("ApiMajor")).toInt(-1);
    const int minor = own.value(QLatin1String("ApiMinor")).toInt(-1);
    if (major < 0 || minor < 0)
        return broken(quoted(file) % QLatin1String(" does not say its interface version"));
    if (major != REMOTELOG_API_MAJOR)
        return unsupported(
            QStringLiteral("'%1' (version %2) says major interface version %3, needed is %4")
                .arg(file, version)
                .arg(major)
                .arg(REMOTELOG_API_MAJOR));
    if (minor < apiMinor)
        return unsupported(QStringLiteral("'%1' (version %2) is too old: interface version %3.%4, "
                                          "needed is at least %3.%5")
                               .arg(file, version)
                               .arg(major)
                               .arg(minor)
                               .arg(apiMinor));
    return Problem();
}

Result<TransportPlugin *> loadFile(const QString &file, int apiMinor)
{
    const QFileInfo info(file);
    if (!info.exists())
        return broken(QLatin1String("there is no file ") % quoted(file));
    if (!info.isFile())
        return broken(quoted(file) % QLatin1String(" is not a file"));

    // Its destructor unloads nothing: by default what was loaded once stays until the process ends.
    QPluginLoader loader(file);
    // All symbols now: one that is missing is a message here, not the end of the process at some
    // later call.
    loader.setLoadHints(loader.loadHints() | QLibrary::ResolveAllSymbolsHint);
    const QJsonObject metaData = loader.metaData();
    if (metaData.isEmpty())
        return broken(quoted(file) % QLatin1String(" is not a Qt plugin: ") % loader.errorString());
    if (const Problem problem = checkMetaData(file, metaData, apiMinor))
        return problem;

    if (!loader.load())
        return broken(quoted(file) % QLatin1String(" cannot be loaded: ") % loader.errorString());
    QObject *root = loader.instance();
    TransportPlugin *plugin = qobject_cast<TransportPlugin *>(root);
    if (!plugin)
        return broken(quoted(file) % QLatin1String(" has no root object of type TransportPlugin"));

    const QJsonObject own = metaData.value(QLatin1String("MetaData")).toObject();
    loaded() = {root, plugin, info.canonicalFilePath(),
                own.value(QLatin1String("ApiMinor")).toInt()};
    return plugin;
}

Result<TransportPlugin *> loadedBefore(const QString &file, int apiMinor)
{
    const Loaded &before = loaded();
    if (!file.isEmpty() && QFileInfo(file).canonicalFilePath() != before.file)
        return invalid(QLatin1String("another plugin is loaded already: ") % quoted(before.file));
    if (before.apiMinor < apiMinor)
        return unsupported(QStringLiteral("'%1', which is loaded already, is too old: interface "
                                          "version %2.%3, needed is at least %2.%4")
                               .arg(before.file)
                               .arg(REMOTELOG_API_MAJOR)
                               .arg(before.apiMinor)
                               .arg(apiMinor));
    return before.plugin;
}

} // namespace

Result<TransportPlugin *> TransportLoader::load(const QString &file, int apiMinor)
{
    const QCoreApplication *application = QCoreApplication::instance();
    if (!application)
        return invalid(QStringLiteral("there is no QCoreApplication yet"));
    if (QThread::currentThread() != application->thread())
        return invalid(QStringLiteral("this is not QCoreApplication's thread"));
    if (!file.isEmpty() && QDir::isRelativePath(file))
        return invalid(quoted(file) % QLatin1String(" is not an absolute path"));

    if (loaded().root)
        return loadedBefore(file, apiMinor);
    if (!file.isEmpty())
        return loadFile(file, apiMinor);

    const QStringList folders = searchFolders();
    const QStringList candidates = findPlugins(folders);
    Problem firstProblem;
    for (const QString &candidate : candidates) {
        const Result<TransportPlugin *> result = loadFile(candidate, apiMinor);
        if (result.ok())
            return result;
        if (!firstProblem)
            firstProblem = result.problem();
    }
    if (firstProblem)
        return firstProblem;
    return broken(QLatin1String("there is no remotelogplugin in any of: ")
                  % folders.join(QLatin1String(", ")));
}

} // namespace RemoteLog
