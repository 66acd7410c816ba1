// SPDX-License-Identifier: MIT
#pragma once

#include "nodescript.h"

#include <QByteArray>
#include <QJsonObject>

#include <optional>

namespace RemoteLog::Testing {

// What npm ipns, which knows nothing of us, makes of records. Ends the test where the oracle itself
// fails.
class IpnsOracle
{
public:
    // What a record shall say.
    struct Draft
    {
        QByteArray seed; // of the Ed25519 key, 32 bytes
        QByteArray value;
        quint64 sequence = 0;
        QByteArray validity; // RFC 3339
        quint64 ttl = 0; // ns
        bool withV1 = false;
    };

    // What a record says.
    struct Content
    {
        QByteArray value; // as a path
        quint64 sequence = 0;
        QByteArray validity;
        quint64 ttl = 0; // ns
        friend bool operator==(const Content &, const Content &) = default;
    };

    // `refusal` says why it is invalid; empty, and then there is a content, if it is valid.
    struct Verdict
    {
        std::optional<Content> content;
        QString refusal;
    };

    IpnsOracle();

    // Why there can be none on this machine; empty if there can. For QSKIP.
    static QString missing() { return NodeScript::missing(); }
    bool start() { return m_script.start(); }

    // As npm ipns writes it: it wants a path as value, and writes validity with nine digits.
    QByteArray create(const Draft &draft) { return make(QStringLiteral("create"), draft); }
    // As others may write it, value and validity to the letter. With V1 both must be text.
    QByteArray sign(const Draft &draft) { return make(QStringLiteral("sign"), draft); }

    // Judges a record of a name ("k51...") by everything that is checked before it is passed on,
    // expiry included.
    Verdict validate(const QString &name, const QByteArray &record);

    // The index of the better of two valid records; the first one's if neither is.
    int select(const QString &name, const QByteArray &first, const QByteArray &second);

private:
    QByteArray make(const QString &command, const Draft &draft);
    QJsonObject ask(const QJsonObject &command);

    NodeScript m_script;
};

} // namespace RemoteLog::Testing
