// SPDX-License-Identifier: MIT
#include "profileondisk.h"

namespace RemoteLog::Testing {

ProfileOnDisk::ProfileOnDisk(const QString &label)
    : alice(std::make_unique<Party>(QList<QUrl>()))
    , m_label(label)
{
    alice->settings.setDirectory(disk.path(QStringLiteral("home/profile")));
}

bool ProfileOnDisk::append(OutgoingLog *log)
{
    const QByteArray bytes = payload(m_number++);
    const Result<quint64> sequence = await(log->append(bytes));
    if (sequence.ok())
        confirmed.append(bytes);
    else
        qInfo() << sequence.problem();
    return sequence.ok() && sequence.value() == quint64(confirmed.size());
}

Problem ProfileOnDisk::appendUntilItFails(OutgoingLog *log, int count, int size)
{
    Problem problem;
    for (int failures = 0; failures < 3;) {
        // Many at once: they share transactions, and each has an answer of its own.
        QList<QByteArray> payloads;
        QList<QFuture<Result<quint64>>> answers;
        for (int i = 0; i < count; ++i) {
            payloads.append(payload(m_number++, size));
            answers.append(log->append(payloads.constLast()));
        }
        for (int i = 0; i < count; ++i) {
            const Result<quint64> sequence = await(answers.at(i));
            if (!sequence.ok()) {
                problem = sequence.problem();
                ++failures;
                continue;
            }
            confirmed.append(payloads.at(i));
            if (sequence.value() != quint64(confirmed.size()))
                return Problem(Problem::Kind::Conflict, QStringLiteral("a wrong sequence"));
        }
    }
    return problem;
}

bool ProfileOnDisk::isAllThere()
{
    alice->close();
    return contentOf(open()) == confirmed;
}

} // namespace RemoteLog::Testing
