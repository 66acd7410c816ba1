// SPDX-License-Identifier: MIT
#include "credentialkeeper.h"

#include <utility>

namespace RemoteLog {

namespace {

const QString Name = QStringLiteral("credentials");
constexpr std::size_t MaxWaiting = 2 * Credentials::MaxHelpers;

// A store that has just shown the master shows this, too. One that does not keeps nobody from
// appending for long.
constexpr std::chrono::seconds Patience{2};

Problem unavailable(const QString &detail)
{
    return Problem(Problem::Kind::SecretStoreUnavailable,
                   QStringLiteral("the credentials of helpers: ") + detail);
}

Result<Credentials> credentialsOf(const Result<QByteArray> &item)
{
    if (!item.ok())
        return unavailable(item.problem().detail());
    return Credentials::fromBytes(item.value());
}

} // namespace

CredentialKeeper::CredentialKeeper(SecretItems &items, const Timing &timing)
    : m_items(items)
    , m_timing(timing)
{
    m_patience.setSingleShot(true);
    m_retry.setSingleShot(true);
    connect(&m_patience, &QTimer::timeout, this, &CredentialKeeper::goOn);
    connect(&m_retry, &QTimer::timeout, this, &CredentialKeeper::retry);
    connect(&m_items, &SecretItems::changed, this, &CredentialKeeper::retry);
}

// ---- Read once

void CredentialKeeper::open(const std::function<void()> &then)
{
    if (m_isClosed)
        return;
    m_then = then;
    if (m_isOpen) {
        if (!m_patience.isActive())
            goOn();
        return;
    }
    m_isOpen = true;
    m_patience.start(Patience);
    retry();
}

void CredentialKeeper::retry()
{
    if (!m_isOpen || m_isLoaded || m_isClosed)
        return;
    m_isLoadWanted = true;
    next();
}

void CredentialKeeper::next()
{
    if (m_isBusy || !m_isOpen || m_isClosed)
        return;
    if (std::exchange(m_isLoadWanted, false) && !m_isLoaded)
        load();
    else if (!m_waiting.empty())
        begin();
}

void CredentialKeeper::load()
{
    m_isBusy = true;
    m_retry.stop();
    m_items.read(Name, [this](const Result<QByteArray> &item) { loaded(credentialsOf(item)); });
}

void CredentialKeeper::loaded(const Result<Credentials> &credentials)
{
    m_isBusy = false;
    if (m_isClosed)
        return;
    if (credentials.ok()) {
        use(credentials.value());
    } else {
        // A locked store may not tell when it is opened; damage does not go away.
        if (credentials.problem().kind() != Problem::Kind::LocalDataCorrupt)
            m_retry.start(m_timing.keyWait);
        Q_EMIT refused(credentials.problem());
    }
    goOn();
    next();
}

void CredentialKeeper::use(const Credentials &credentials)
{
    m_isLoaded = true;
    m_retry.stop();
    Q_EMIT changed(credentials.headers());
}

void CredentialKeeper::goOn()
{
    m_patience.stop();
    if (const auto then = std::exchange(m_then, nullptr))
        then();
}

// ---- Change

void CredentialKeeper::set(const QUrl &helper, const QByteArray &token, const Answer &answer)
{
    if (const Problem problem = Credentials::check(helper, token))
        return answer(problem);
    add({helper, token, answer});
}

void CredentialKeeper::unset(const QUrl &helper, const Answer &answer)
{
    if (const Problem problem = Credentials::checkHelper(helper))
        return answer(problem);
    add({helper, {}, answer});
}

void CredentialKeeper::add(Change change)
{
    if (m_isClosed)
        return;
    if (m_waiting.size() >= MaxWaiting)
        return change.answer(unavailable(QStringLiteral("too many changes wait")));
    const auto made = std::make_shared<Change>(std::move(change));
    m_waiting.push_back(made);
    QTimer::singleShot(m_timing.keyWait, this, [this, waiting = std::weak_ptr<Change>(made)] {
        const std::shared_ptr<Change> late = waiting.lock();
        if (late && std::erase(m_waiting, late) > 0)
            late->answer(
                unavailable(QStringLiteral("the secret store could not be asked in time")));
    });
    next();
}

void CredentialKeeper::begin()
{
    m_isBusy = true;
    m_change = m_waiting.front();
    m_waiting.pop_front();
    m_items.read(Name, [this](const Result<QByteArray> &item) { change(credentialsOf(item)); });
}

void CredentialKeeper::change(const Result<Credentials> &before)
{
    if (m_isClosed)
        return;
    const bool isForgotten = m_change->token.isNull();
    if (!before.ok()) {
        // Nobody can tell which tokens are in there: to forget one is to forget that item. Not so
        // for a new one, or a version of the plugin that keeps them otherwise would lose them.
        const bool isDamaged = before.problem().kind() == Problem::Kind::LocalDataCorrupt;
        return isDamaged && isForgotten ? store({}) : end(before.problem());
    }
    Credentials credentials = before.value();
    if (isForgotten)
        credentials.unset(m_change->helper);
    else if (const Problem problem = credentials.set(m_change->helper, m_change->token))
        return end(problem);
    if (credentials.toBytes() == before.value().toBytes()) {
        use(credentials);
        return end({});
    }
    store(credentials);
}

void CredentialKeeper::store(const Credentials &credentials)
{
    const auto stored = [this, credentials](const Problem &problem) {
        if (m_isClosed)
            return;
        if (problem)
            return end(unavailable(problem.detail()));
        m_items.read(Name, [this, credentials](const Result<QByteArray> &kept) {
            compare(credentials, kept);
        });
    };
    if (const QByteArray item = credentials.toBytes(); item.isNull())
        m_items.remove(Name, stored);
    else
        m_items.write(Name, item, stored);
}

void CredentialKeeper::compare(const Credentials &credentials, const Result<QByteArray> &kept)
{
    if (m_isClosed)
        return;
    if (!kept.ok())
        return end(unavailable(kept.problem().detail()));
    if (kept.value() != credentials.toBytes())
        return end(unavailable(QStringLiteral("the secret store does not keep what it is given")));
    use(credentials);
    end({});
}

void CredentialKeeper::end(const Problem &problem)
{
    m_isBusy = false;
    const std::shared_ptr<Change> done = std::exchange(m_change, nullptr);
    done->answer(problem);
    next();
}

void CredentialKeeper::close()
{
    m_isClosed = true;
    m_patience.stop();
    m_retry.stop();
    m_then = nullptr;
    m_waiting.clear();
    m_change.reset();
}

} // namespace RemoteLog
