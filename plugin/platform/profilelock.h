// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/problem.h>

#include <QString>

#include <memory>

namespace RemoteLog {

// One process, and in it one worker, a profile. Held by an open file (flock), so a crash lets go of
// it.
class ProfileLock
{
public:
    enum class Holder { Us, ThisProcess, AnotherProcess, Nobody };

    ~ProfileLock();

    // Tries to take `<directory>/lock`, without waiting. On success holder is Us and the lock is
    // held until the object dies. `problem` is set where the file cannot even be opened; InUse
    // where someone else holds it.
    struct Attempt
    {
        std::unique_ptr<ProfileLock> lock;
        Holder holder = Holder::Nobody;
        Problem problem;
    };
    static Attempt take(const QString &directory);

private:
    ProfileLock(int descriptor, const QString &key);
    Q_DISABLE_COPY_MOVE(ProfileLock)
    int m_descriptor;
    QString m_key;
};

} // namespace RemoteLog
