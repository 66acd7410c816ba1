// SPDX-License-Identifier: MIT
// The part of Database that knows the master secret.
#include "database.h"

#include "row.h"
#include "storeproblem.h"

#include <SQLiteCpp/Statement.h>

#include <sodium/crypto_generichash.h>

#include <string_view>

namespace RemoteLog {

namespace {

constexpr int HelperIdSize = 16;
constexpr std::string_view HelperContext = "remotelog helper";

const QByteArray CheckName = QByteArrayLiteral("check");

Problem keyMissing()
{
    return Problem(Problem::Kind::KeyMissing,
                   QStringLiteral("the secret is not the one that the database was made with"));
}

const unsigned char *data(QByteArrayView bytes)
{
    return reinterpret_cast<const unsigned char *>(bytes.data());
}

} // namespace

Result<bool> Database::hasCheckValue() const
{
    const Result<QByteArray> value = metaValue(CheckName);
    if (!value.ok())
        return value.problem();
    return !value.value().isNull();
}

Problem Database::unlock(const MasterSecret &master)
{
    auto seal = std::make_unique<RowSeal>(master.databaseKey());
    const Problem problem = transaction([&]() -> Problem {
        const Result<QByteArray> check = metaValue(CheckName);
        if (!check.ok())
            return check.problem();
        const bool hasCheck = !check.value().isNull();
        if (hasCheck && check.value() != master.checkValue())
            return keyMissing();
        if (const Problem failed = verify(master, *seal, hasCheck))
            return failed;
        return hasCheck ? Problem() : setMetaValue(CheckName, master.checkValue());
    });
    if (problem)
        return problem;
    m_seal = std::move(seal);
    const Key key = master.databaseKey();
    crypto_generichash(m_helperKey.data(), m_helperKey.size(),
                       reinterpret_cast<const unsigned char *>(HelperContext.data()),
                       HelperContext.size(), key.data(), key.size());
    return {};
}

Problem Database::verify(const MasterSecret &master, const RowSeal &seal, bool hasCheck) const
{
    SQLite::Statement &query = statement("SELECT public_key, label FROM own_logs");
    while (query.executeStep()) {
        const QByteArray publicKey = viewOrNull(query, 0).toByteArray();
        const std::optional<QByteArray> label =
            seal.open(viewOrNull(query, 1), OwnLogsTable, publicKey, 0);
        if (!label && hasCheck)
            continue; // damaged: the secret is proved by the check value
        if (!label || master.logKeys(QString::fromUtf8(*label)).publicKey != publicKey)
            return keyMissing();
    }
    return {};
}

const RowSeal &Database::seal() const
{
    if (!m_seal)
        fail(Problem::Kind::KeyMissing, QStringLiteral("the database is not unlocked"));
    return *m_seal;
}

QByteArray Database::helperId(const QString &url) const
{
    Q_ASSERT(isUnlocked());
    const QByteArray text = url.toUtf8();
    QByteArray id(HelperIdSize, Qt::Uninitialized);
    crypto_generichash(reinterpret_cast<unsigned char *>(id.data()), HelperIdSize, data(text),
                       size_t(text.size()), m_helperKey.data(), m_helperKey.size());
    return id;
}

} // namespace RemoteLog
