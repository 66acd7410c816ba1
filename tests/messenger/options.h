// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/settings.h>

#include <QtCore/QStringList>

#include <chrono>
#include <optional>

// What the program promises to whoever started it.
enum ExitCode : int {
    Done = 0, // left by /quit, end of input, signal, or because what was waited for happened
    Failed = 1, // the same, but an entry or credential was not accepted or could not be saved
    WrongUsage = 2,
    TimedOut = 3, // --timeout passed first
    NoPlugin = 4,
};

// The command line.
struct Options
{
    RemoteLog::Settings settings;
    QString label;
    QString secretsFile; // empty: the system's keychain is used
    QString saveFolder; // empty: received entries are only printed
    QString pluginFile; // empty: wherever TransportLoader finds it
    QStringList links;
    QList<QPair<QUrl, QString>> credentials; // of helpers, and the files that have them
    bool asksSystemForNetwork = false;
    bool startsOffline = false;
    bool printsLink = false;
    bool commits = true;
    bool exitsWhenPublished = false;
    quint64 exitAt = 0; // 0: does not
    std::chrono::seconds timeout{0}; // 0: none

    bool hasExitCondition() const { return exitsWhenPublished || exitAt > 0; }

    // What can be typed, for a person.
    static QString commands();

    // Prints usage and ends the process if that is what was asked for. Nothing if the command line
    // is wrong; that is said on standard error.
    static std::optional<Options> parse(const QStringList &arguments);
};
