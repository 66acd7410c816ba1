// SPDX-License-Identifier: MIT
#pragma once

namespace RemoteLog::Testing {

// Gives this process namespaces of its own (`which`: CLONE_NEWNS and the like): as root, or where
// the kernel lets everybody be root in a user namespace. False, and errno says why, where the
// system refuses, as it does in many containers. Before there is a second thread, and with it
// before QCoreApplication and QtTest.
bool enterNamespaces(int which);

} // namespace RemoteLog::Testing
