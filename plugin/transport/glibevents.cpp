// SPDX-License-Identifier: MIT
#include "glibevents.h"

#include <QAbstractEventDispatcher>
#include <QLibrary>

namespace RemoteLog {

namespace {

constexpr std::chrono::milliseconds Attentive{10};
constexpr std::chrono::milliseconds Relaxed{500};

using Iterate = int (*)(void *context, int mayBlock);

// GLib is not linked: where libsecret is not there, nobody needs it.
Iterate iterate()
{
    static const auto function = reinterpret_cast<Iterate>(
        QLibrary::resolve(QStringLiteral("glib-2.0"), 0, "g_main_context_iteration"));
    return function;
}

bool isDoneByQt()
{
    const auto *dispatcher = QAbstractEventDispatcher::instance();
    return dispatcher && dispatcher->inherits("QEventDispatcherGlib");
}

} // namespace

GLibEvents::GLibEvents(QObject *parent)
    : QObject(parent)
{
    constexpr int AtOnce = 20; // the host's loop has other things to do
    connect(&m_timer, &QTimer::timeout, this, [] {
        for (int i = 0; i < AtOnce && iterate()(nullptr, 0); ++i) {}
    });
}

void GLibEvents::start()
{
    if (!isDoneByQt() && iterate())
        m_timer.start(Attentive);
}

void GLibEvents::relax()
{
    if (m_timer.isActive())
        m_timer.start(Relaxed);
}

} // namespace RemoteLog
