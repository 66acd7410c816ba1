// SPDX-License-Identifier: MIT
#pragma once

#include <QProcess>
#include <QRegularExpression>
#include <QStringList>
#include <QTest>

namespace RemoteLogTest {

using namespace Qt::StringLiterals;

// One remotelog-messenger: a real process with a profile of its own. Everything that it prints is
// kept; tests wait for lines, never for a time.
class MessengerProcess
{
public:
    // The profile and all that belongs to it: `<place>/<name>*`. It stays when the process goes.
    MessengerProcess(const QString &place, const QString &name);
    ~MessengerProcess();

    QString saveFolder() const { return m_path + u".received"_s; }

    // Helpers for each start from now on.
    void setHelpers(const QStringList &urls) { m_helpers = urls; }
    // Its secrets are in the system's keychain then, not in a file.
    void useKeychain() { m_usesKeychain = true; }
    void setLocale(const QString &name) { m_locale = name; }

    // A new run; waits for its first line. Lines of earlier runs are forgotten.
    bool start(const QStringList &options = {});

    // A line of standard input.
    void type(const QByteArray &line);
    void endInput();
    void sendSignal(int number);

    // Waits for a line that matches the whole `pattern` and comes after the one found last.
    bool waitFor(const QString &pattern);

    // Waits until it has said `text`, or a longer line with it, on standard error.
    bool warns(const QString &text);

    // The captured texts of what waitFor() found.
    QString captured(int number = 1) const { return m_match.captured(number); }

    // Waits until `count` lines in all match the pattern, or the process has ended.
    bool waitForCount(const QString &pattern, qsizetype count);

    // Waits for the end. The exit code; -1 if it was killed or never ends.
    int waitForEnd();

    // As if the machine had lost power. What was printed before is still read.
    void kill();

    bool isRunning() const { return m_process && m_process->state() != QProcess::NotRunning; }

    // All lines of this run that match, of each the first captured text.
    QStringList all(const QString &pattern) const;

    // What was printed last, as lines and as errors: for the message of a test that fails.
    QByteArray transcript() const;

private:
    void readLines();

    QString m_path;
    QString m_name;
    QString m_locale = u"C"_s;
    bool m_usesKeychain = false;
    QStringList m_helpers;
    std::unique_ptr<QProcess> m_process;
    QByteArray m_rest;
    QByteArray m_errors;
    QStringList m_lines;
    qsizetype m_next = 0;
    QRegularExpressionMatch m_match;
};

// How the tests ask: the message is what the process printed instead.
#define EXPECT_LINE(process, pattern)                                                              \
    QVERIFY2((process).waitFor(pattern), (process).transcript().constData())
#define EXPECT_END(process, code)                                                                  \
    do {                                                                                           \
        const int exitCode = (process).waitForEnd();                                               \
        QVERIFY2(exitCode == (code), "exit code " + QByteArray::number(exitCode) + ", not "        \
                                         + QByteArray::number(int(code))                           \
                                         + (process).transcript());                                \
    } while (false)

} // namespace RemoteLogTest
