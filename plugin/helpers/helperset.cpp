// SPDX-License-Identifier: MIT
#include "helperset.h"

#include "interface/helperurl.h"
#include "log/link.h"
#include "log/page.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace RemoteLog {

HelperSet::HelperSet(std::shared_ptr<const HelperRegistry> registry, const Timing &timing,
                     QObject *parent)
    : QObject(parent)
    , m_registry(std::move(registry))
    , m_timing(timing)
    , m_networkHttp(std::make_unique<HttpClient>())
    , m_localHttp(std::make_unique<HttpClient>())
{
}

HelperSet::~HelperSet() = default;

void HelperSet::configure(const Settings &settings)
{
    const bool isOtherHttp = settings.proxy() != m_settings.proxy()
                             || settings.caCertificates() != m_settings.caCertificates();
    m_settings = settings;
    std::vector<std::unique_ptr<Helper>> old = std::exchange(m_helpers, {});
    if (isOtherHttp)
        renewClients(old);
    for (const QUrl &url : settings.helpers()) {
        const auto same = std::find_if(old.begin(), old.end(), [&](const auto &helper) {
            return helper && !helper->isHint() && helper->url() == url && isComplete(*helper);
        });
        m_helpers.push_back(same != old.end() ? std::move(*same) : make(url, false));
    }
    for (auto &helper : old) {
        if (helper && helper->isHint())
            m_helpers.push_back(std::move(helper));
    }
    old.clear();
    updateHints();
    Q_EMIT statusChanged();
}

void HelperSet::renewClients(std::vector<std::unique_ptr<Helper>> &helpers)
{
    std::erase_if(helpers, [](const auto &helper) { return HelperUrl::isOne(helper->url()); });
    m_networkHttp = std::make_unique<HttpClient>(HttpSettings::of(m_settings));
    m_localHttp = std::make_unique<HttpClient>(HttpSettings::of(m_settings));
}

HelperServices HelperSet::services(const QUrl &url, bool isHint)
{
    HttpHelper::Credential credential;
    if (!isHint)
        credential = [this, url] { return m_credentials.value(url); };
    const Result<HelperUrl> helper = HelperUrl::fromUrl(url);
    const bool isLocal = helper.ok() && !helper.value().needsNetwork;
    return {isLocal ? *m_localHttp : *m_networkHttp, credential};
}

bool HelperSet::isComplete(const Helper &helper)
{
    // A host may register a scheme after it was first used.
    const HelperServices with = services(helper.url(), false);
    return (helper.store() || !m_registry->makeStore(helper.url(), with))
           && (helper.system() || !m_registry->makeSystem(helper.url(), with));
}

std::unique_ptr<Helper> HelperSet::make(const QUrl &url, bool isHint)
{
    const HelperServices with = services(url, isHint);
    auto helper = std::make_unique<Helper>(url, m_registry->makeStore(url, with),
                                           m_registry->makeSystem(url, with), isHint, m_timing);
    if (!isHint && !helper->store() && !helper->system()) {
        const QString why =
            m_registry->knows(url)
                ? QStringLiteral("the helper's URL is not understood")
                : QStringLiteral("no helper knows the scheme \"%1\"").arg(url.scheme());
        helper->failed(helper->begin(Helper::Role::Store, Helper::Direction::Write),
                       Problem(Problem::Kind::ActionRequired, why));
    }
    connect(helper.get(), &Helper::usable, this, &HelperSet::usable);
    connect(helper.get(), &Helper::statusChanged, this, &HelperSet::statusChanged);
    connect(helper.get(), &Helper::storeChanged, this, &HelperSet::storeChanged);
    connect(helper.get(), &Helper::nameChanged, this, &HelperSet::nameChanged);
    return helper;
}

void HelperSet::setCredentials(const QHash<QUrl, QByteArray> &credentials)
{
    const QHash<QUrl, QByteArray> before = std::exchange(m_credentials, credentials);
    for (const auto &helper : m_helpers) {
        if (!helper->isHint() && before.value(helper->url()) != credentials.value(helper->url()))
            helper->reset(false);
    }
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

bool HelperSet::holdsBack(const NetworkState &network) const
{
    return network.reachability == NetworkWatch::Reachability::Disconnected
           || network.isCaptivePortal
           || (network.isMetered && m_settings.meteredPolicy() == Settings::Policy::Hold);
}

void HelperSet::holdBack()
{
    const bool noNetwork = holdsBack(m_network);
    for (const auto &helper : m_helpers)
        helper->setHeldBack(m_isPaused || (noNetwork && helper->needsNetwork()));
}

void HelperSet::reset(bool abortCalls)
{
    // First: what aborting answers is of before.
    ++m_resets;
    if (abortCalls)
        m_networkHttp->abort(); // also connections that are idle
    for (const auto &helper : m_helpers)
        helper->reset(abortCalls);
}

void HelperSet::addHints(const QObject *owner, const QList<QUrl> &urls)
{
    QList<QUrl> hints;
    for (const QUrl &url : urls + m_hints[owner]) {
        if (hints.size() < MaxHelpers && !hints.contains(url) && isSafeHint(url))
            hints.append(url);
    }
    m_hints[owner] = hints;
    updateHints();
}

void HelperSet::removeHints(const QObject *owner)
{
    m_hints.erase(owner);
    updateHints();
}

void HelperSet::updateHints()
{
    QList<QUrl> wanted;
    if (m_settings.hintPolicy() == Settings::Policy::Allow) {
        for (const auto &[owner, urls] : m_hints)
            wanted += urls;
        // Those that the host lists are more than read from, and there already.
        wanted.removeIf([this](const QUrl &url) { return m_settings.helpers().contains(url); });
    }
    // Moved out before they die: what that ends may ask who is left.
    const auto gone =
        std::stable_partition(m_helpers.begin(), m_helpers.end(), [&wanted](const auto &helper) {
            return !helper->isHint() || wanted.contains(helper->url());
        });
    std::vector<std::unique_ptr<Helper>> old(std::make_move_iterator(gone),
                                             std::make_move_iterator(m_helpers.end()));
    m_helpers.erase(gone, m_helpers.end());
    for (const QUrl &url : std::as_const(wanted)) {
        const bool isThere =
            std::any_of(m_helpers.begin(), m_helpers.end(),
                        [&url](const auto &helper) { return helper->url() == url; });
        if (!isThere && m_registry->knows(url))
            m_helpers.push_back(make(url, true));
    }
    old.clear();
    holdBack();
}

QList<Helper *> HelperSet::helpers(Helper::Role role, const QObject *owner) const
{
    const auto hints = m_hints.find(owner);
    QList<Helper *> found;
    for (const auto &helper : m_helpers) {
        if (!helper->has(role))
            continue;
        if (!helper->isHint() || (hints != m_hints.end() && hints->second.contains(helper->url())))
            found.append(helper.get());
    }
    return found;
}

QList<Helper *> HelperSet::writable(Helper::Role role) const
{
    QList<Helper *> found;
    for (const auto &helper : m_helpers) {
        if (helper->has(role) && helper->isWritable(role))
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

QList<QUrl> HelperSet::urlsForReaders() const
{
    QList<QUrl> urls = m_settings.helpers();
    urls.removeIf([this](const QUrl &url) { return m_credentials.contains(url); });
    return urls;
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
