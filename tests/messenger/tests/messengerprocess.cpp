// SPDX-License-Identifier: MIT
#include "messengerprocess.h"

#include <QDir>

#include <csignal>

namespace RemoteLogTest {

namespace {

// Far more than anything takes here: a test that reaches it has failed.
constexpr int Patience = 60'000;

QRegularExpression whole(const QString &pattern)
{
    return QRegularExpression(QRegularExpression::anchoredPattern(pattern));
}

} // namespace

MessengerProcess::MessengerProcess(const QString &place, const QString &name)
    : m_path(place + u'/' + name)
    , m_name(name)
{
}

MessengerProcess::~MessengerProcess()
{
    if (isRunning())
        kill();
}

bool MessengerProcess::start(const QStringList &options)
{
    m_lines.clear();
    m_rest.clear();
    m_errors.clear();
    m_next = 0;
    m_process = std::make_unique<QProcess>();
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(u"LC_ALL"_s, m_locale);
    // What Qt warns about is a mistake of ours.
    environment.insert(u"QT_FATAL_WARNINGS"_s, u"1"_s);
    m_process->setProcessEnvironment(environment);
    QObject::connect(m_process.get(), &QProcess::readyReadStandardOutput, m_process.get(),
                     [this] { readLines(); });
    QObject::connect(m_process.get(), &QProcess::readyReadStandardError, m_process.get(),
                     [this] { m_errors += m_process->readAllStandardError(); });
    QStringList arguments{u"--profile"_s, m_path};
    if (m_usesKeychain)
        arguments << u"--keychain"_s;
    else
        arguments << u"--secrets"_s << m_path + u".secrets"_s;
    for (const QString &helper : std::as_const(m_helpers))
        arguments << u"--helper"_s << helper;
    m_process->start(QStringLiteral(MESSENGER), arguments + options);
    return QTest::qWaitFor([this] { return !m_lines.isEmpty() || !isRunning(); }, Patience)
           && !m_lines.isEmpty();
}

void MessengerProcess::type(const QByteArray &line)
{
    m_process->write(line + '\n');
}

void MessengerProcess::endInput()
{
    m_process->closeWriteChannel();
}

void MessengerProcess::sendSignal(int number)
{
    ::kill(pid_t(m_process->processId()), number);
}

bool MessengerProcess::waitFor(const QString &pattern)
{
    const QRegularExpression expression = whole(pattern);
    const auto isFound = [&] {
        while (m_next < m_lines.size()) {
            m_match = expression.match(m_lines.at(m_next++));
            if (m_match.hasMatch())
                return true;
        }
        return false;
    };
    bool found = false;
    // What was printed last counts as well: it is looked at after the end was seen.
    (void)QTest::qWaitFor(
        [&] {
            const bool hasEnded = !isRunning();
            return (found = isFound()) || hasEnded;
        },
        Patience);
    return found;
}

bool MessengerProcess::waitForCount(const QString &pattern, qsizetype count)
{
    const QRegularExpression expression = whole(pattern);
    qsizetype next = 0;
    qsizetype found = 0;
    (void)QTest::qWaitFor(
        [&] {
            const bool hasEnded = !isRunning();
            while (next < m_lines.size() && found < count)
                found += expression.match(m_lines.at(next++)).hasMatch() ? 1 : 0;
            return found >= count || hasEnded;
        },
        Patience);
    return found >= count;
}

bool MessengerProcess::warns(const QString &text)
{
    const auto isFound = [&] { return m_errors.contains(text.toUtf8()); };
    (void)QTest::qWaitFor([&] { return isFound() || !isRunning(); }, Patience);
    return isFound();
}

int MessengerProcess::waitForEnd()
{
    if (!QTest::qWaitFor([this] { return !isRunning(); }, Patience)) {
        kill();
        return -1;
    }
    readLines();
    return m_process->exitStatus() == QProcess::NormalExit ? m_process->exitCode() : -1;
}

void MessengerProcess::kill()
{
    m_process->kill();
    m_process->waitForFinished(Patience);
    readLines();
}

void MessengerProcess::readLines()
{
    m_rest += m_process->readAllStandardOutput();
    qsizetype from = 0;
    for (qsizetype to = m_rest.indexOf('\n'); to >= 0; to = m_rest.indexOf('\n', from)) {
        m_lines.append(QString::fromUtf8(m_rest.mid(from, to - from)));
        from = to + 1;
    }
    m_rest.remove(0, from);
}

QStringList MessengerProcess::all(const QString &pattern) const
{
    const QRegularExpression expression = whole(pattern);
    QStringList found;
    for (const QString &line : m_lines) {
        const QRegularExpressionMatch match = expression.match(line);
        if (match.hasMatch())
            found.append(match.captured(1));
    }
    return found;
}

QByteArray MessengerProcess::transcript() const
{
    constexpr qsizetype Newest = 60;
    return "\n" + m_name.toUtf8() + " printed:\n"
           + m_lines.mid(std::max<qsizetype>(0, m_lines.size() - Newest)).join(u'\n').toUtf8()
           + "\nand as errors:\n" + m_errors.right(4000);
}

} // namespace RemoteLogTest
