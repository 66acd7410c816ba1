// SPDX-License-Identifier: MIT
#include "helperset.h"

#include "log/link.h"

#include <algorithm>

namespace RemoteLog {

namespace {

// Links are hostile: they do not get to open any number of connections.
constexpr int MaxHints = 64;

} // namespace

HelperSet::HelperSet(std::shared_ptr<const HelperRegistry> registry, const Timing &timing,
                     QObject *parent)
    : QObject(parent)
    , m_registry(std::move(registry))
    , m_timing(timing)
{
}

HelperSet::~HelperSet() = default;

void HelperSet::configure(const Settings &settings)
{
    m_settings = settings;
    const QList<QUrl> urls = settings.helpers();
    std::vector<std::unique_ptr<Helper>> old = std::exchange(m_helpers, {});
    for (const QUrl &url : urls) {
        const auto same = std::find_if(old.begin(), old.end(), [&url](const auto &helper) {
            return helper && !helper->isHint() && helper->url() == url;
        });
        if (same != old.end())
            m_helpers.push_back(std::move(*same));
        else
            add(url, false);
    }
    if (settings.hintPolicy() == Settings::Policy::Allow) {
        for (auto &helper : old) {
            if (helper && helper->isHint() && !urls.contains(helper->url()))
                m_helpers.push_back(std::move(helper));
        }
    }
    old.clear();
    holdBack();
    Q_EMIT statusChanged();
}

Helper *HelperSet::add(const QUrl &url, bool isHint)
{
    auto helper = std::make_unique<Helper>(url, m_registry->makeStore(url),
                                           m_registry->makeSystem(url), isHint, m_timing);
    Helper *added = helper.get();
    if (!isHint && !added->store() && !added->system()) {
        const QString why =
            m_registry->knows(url)
                ? QStringLiteral("the helper's URL is not understood")
                : QStringLiteral("no helper knows the scheme \"%1\"").arg(url.scheme());
        added->failed(added->begin(Helper::Role::Store, Helper::Direction::Write),
                      Problem(Problem::Kind::ActionRequired, why));
    }
    connect(added, &Helper::usable, this, &HelperSet::usable);
    connect(added, &Helper::statusChanged, this, &HelperSet::statusChanged);
    connect(added, &Helper::storeChanged, this, &HelperSet::storeChanged);
    connect(added, &Helper::nameChanged, this, &HelperSet::nameChanged);
    m_helpers.push_back(std::move(helper));
    return added;
}

void HelperSet::setNetwork(const NetworkState &network)
{
    m_network = network;
    holdBack();
}

void HelperSet::setPaused(bool paused)
{
    m_isPaused = paused;
    holdBack();
}

void HelperSet::holdBack()
{
    const bool noNetwork =
        m_network.reachability == NetworkWatch::Reachability::Disconnected
        || m_network.isCaptivePortal
        || (m_network.isMetered && m_settings.meteredPolicy() == Settings::Policy::Hold);
    for (const auto &helper : m_helpers)
        helper->setHeldBack(m_isPaused || (noNetwork && helper->needsNetwork()));
}

void HelperSet::reset(bool abortCalls)
{
    for (const auto &helper : m_helpers)
        helper->reset(abortCalls);
}

void HelperSet::addHints(const QList<QUrl> &urls)
{
    if (m_settings.hintPolicy() != Settings::Policy::Allow)
        return;
    for (const QUrl &url : urls) {
        const auto hints = std::count_if(m_helpers.begin(), m_helpers.end(),
                                         [](const auto &helper) { return helper->isHint(); });
        const bool isKnown =
            std::any_of(m_helpers.begin(), m_helpers.end(),
                        [&url](const auto &helper) { return helper->url() == url; });
        if (!isKnown && hints < MaxHints && isSafeHint(url) && m_registry->knows(url))
            add(url, true);
    }
    holdBack();
}

QList<Helper *> HelperSet::helpers(Helper::Role role) const
{
    QList<Helper *> found;
    for (const auto &helper : m_helpers) {
        if (helper->has(role))
            found.append(helper.get());
    }
    return found;
}

QList<Helper *> HelperSet::writable(Helper::Role role) const
{
    QList<Helper *> found;
    for (const auto &helper : m_helpers) {
        if (helper->has(role) && !helper->isHint())
            found.append(helper.get());
    }
    return found;
}

QList<HelperStatus> HelperSet::statuses() const
{
    QList<HelperStatus> found;
    for (const auto &helper : m_helpers) {
        if (!helper->isHint())
            found.append(helper->status());
    }
    return found;
}

QList<QUrl> HelperSet::urls() const
{
    return m_settings.helpers();
}

bool HelperSet::isOffline() const
{
    return !m_helpers.empty()
           && std::all_of(m_helpers.begin(), m_helpers.end(),
                          [](const auto &helper) { return helper->isHeldBack(); });
}

int HelperSet::embedLimit() const
{
    int smallest = -1;
    for (const Helper *helper : writable(Helper::Role::System)) {
        const int limit = helper->system()->embedLimit();
        smallest = smallest < 0 ? limit : std::min(smallest, limit);
    }
    return std::max(smallest, 0);
}

} // namespace RemoteLog
