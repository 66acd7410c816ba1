// SPDX-License-Identifier: MIT
#include "kuboanswers.h"

#include "blockanswers.h"

#include "log/address.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSet>

#include <algorithm>
#include <optional>

namespace RemoteLog::Kubo {

namespace {

constexpr QLatin1String NotHeld("ipld: could not find");
constexpr QLatin1String NotPinned("not pinned or pinned indirectly");
constexpr QLatin1String TooLate("context deadline exceeded");

constexpr QLatin1String NotRpc("no RPC of Kubo 0.40 or later; is this its gateway's port?");

struct Meaning
{
    QLatin1String words; // somewhere in the message
    Problem::Kind kind;
    QLatin1String detail;
};

// Words of Kubo, boxo and the system below them.
constexpr Meaning meanings[] = {
    {QLatin1String("no space left on device"), Problem::Kind::LocalStorageFull,
     QLatin1String("its disk is full")},
    {QLatin1String("disk quota exceeded"), Problem::Kind::LocalStorageFull,
     QLatin1String("its quota on the disk is used up")},
    {QLatin1String("read-only file system"), Problem::Kind::LocalStorageFull,
     QLatin1String("its disk is read-only")},
    {QLatin1String("permission denied"), Problem::Kind::ActionRequired,
     QLatin1String("it lacks a permission")},
    {QLatin1String("produced block is over"), Problem::Kind::Rejected,
     QLatin1String("a block is too large for it")},
    {TooLate, Problem::Kind::WillRetry, QLatin1String("it took too long")},
    {NotHeld, Problem::Kind::WillRetry, QLatin1String("a block is missing there")},
};

// By the words, and if none are known by the code (go-ipfs-cmds, ErrorType): 0 and 2 say nothing.
std::optional<Meaning> meaningOf(const QString &message, int code)
{
    const auto known =
        std::find_if(std::begin(meanings), std::end(meanings), [&message](const Meaning &meaning) {
            return message.contains(meaning.words, Qt::CaseInsensitive);
        });
    if (known != std::end(meanings))
        return *known;
    switch (code) {
    case 1:
        return Meaning{{}, Problem::Kind::Rejected, QLatin1String("it finds the request wrong")};
    case 3:
        return Meaning{{}, Problem::Kind::WillRetry, QLatin1String("it is asked too often")};
    case 4:
        return Meaning{{}, Problem::Kind::ActionRequired, QLatin1String("it forbids this")};
    default:
        return std::nullopt;
    }
}

// For errors in an answer whose status is good.
Problem failure(const QString &message, int code = 0)
{
    const Meaning meaning =
        meaningOf(message, code)
            .value_or(Meaning{{}, Problem::Kind::WillRetry, QLatin1String("it does not say why")});
    return Problem(meaning.kind, QLatin1String("a node failed: ") + meaning.detail);
}

Problem senseless(const char *how)
{
    return Problem(Problem::Kind::WillRetry,
                   QLatin1String("a node's answer ") + QLatin1String(how));
}

std::optional<QJsonObject> objectIn(QByteArrayView text)
{
    const QJsonDocument document = QJsonDocument::fromJson(text.toByteArray());
    return document.isObject() ? std::optional(document.object()) : std::nullopt;
}

// {"Message":"...","Code":0,"Type":"error"}
bool isError(const QJsonObject &object)
{
    return object.value(u"Type") == QLatin1String("error") && object.value(u"Message").isString();
}

QString messageOf(const QJsonObject &error)
{
    return error.value(u"Message").toString();
}

int codeOf(const QJsonObject &error)
{
    return error.value(u"Code").toInt();
}

// The error that the body of a refusal is; an empty one where it is text, or anybody else's.
QJsonObject errorIn(const HttpAnswer &answer)
{
    if (answer.body.size() > MaxLineSize)
        return QJsonObject();
    const std::optional<QJsonObject> object = objectIn(answer.body);
    return object && isError(*object) ? *object : QJsonObject();
}

// JSON objects, one a line, up to the first error among them.
class Lines
{
public:
    explicit Lines(const QByteArray &body)
        : m_rest(body)
    {
    }

    bool atEnd() const { return m_rest.trimmed().isEmpty(); }

    Result<QJsonObject> next()
    {
        m_rest = m_rest.trimmed();
        if (m_rest.isEmpty())
            return senseless("ends too early");
        const qsizetype end = m_rest.indexOf('\n');
        const QByteArrayView line = m_rest.first(end < 0 ? m_rest.size() : end);
        m_rest = m_rest.sliced(line.size());
        if (line.size() > MaxLineSize)
            return senseless("has a line that is too long");
        const std::optional<QJsonObject> object = objectIn(line);
        if (!object)
            return senseless("has a line that is no JSON object");
        if (isError(*object))
            return failure(messageOf(*object), codeOf(*object));
        return *object;
    }

private:
    QByteArrayView m_rest;
};

// The same digest under another codec is another address: it has no links to be pinned along.
bool isAddress(const QJsonValue &value, const QByteArray &address)
{
    return addressFromText(value.toString()) == address;
}

} // namespace

Problem problemOf(const HttpAnswer &answer)
{
    const bool isGood = !answer.problem || answer.problem.kind() == Problem::Kind::TooLarge;
    if (isGood && answer.isWebPage())
        return Problem(Problem::Kind::ActionRequired, QLatin1String("a web page came: ") + NotRpc);
    if (!answer.problem)
        return answer.problem;
    const auto precisely = [&answer](Problem::Kind kind, QLatin1String what) {
        return Problem(kind, answer.problem.detail() + QLatin1String(": ") + what)
            .withRetryAfter(answer.problem.retryAfter());
    };
    if (answer.status == 404 || answer.status == 405)
        return precisely(Problem::Kind::ActionRequired, NotRpc);
    const QJsonObject error = errorIn(answer);
    const std::optional<Meaning> meaning = meaningOf(messageOf(error), codeOf(error));
    return meaning ? precisely(meaning->kind, meaning->detail) : answer.problem;
}

namespace {

// Of an answer in lines. What was too much to read was so for nobody but the node: TooLarge would
// say that of the blocks.
Problem problemOfLines(const HttpAnswer &answer)
{
    const Problem problem = problemOf(answer);
    return problem.kind() == Problem::Kind::TooLarge ? senseless("does not end") : problem;
}

} // namespace

Problem putProblem(const HttpAnswer &answer, const QList<QByteArray> &addresses)
{
    if (const Problem problem = problemOfLines(answer))
        return problem;
    Lines lines(answer.body);
    for (const QByteArray &address : addresses) {
        const Result<QJsonObject> line = lines.next();
        if (!line.ok())
            return line.problem();
        const QJsonValue key = line.value().value(u"Key");
        if (!key.isString())
            return senseless("has a line that names no block");
        if (!isAddress(key, address))
            return Problem(Problem::Kind::Rejected,
                           QStringLiteral("a node stored a block under another address"));
    }
    return lines.atEnd() ? Problem() : senseless("names more blocks than it was given");
}

Result<bool> isHeld(const HttpAnswer &answer, const QByteArray &address)
{
    if (messageOf(errorIn(answer)).contains(NotHeld))
        return false;
    if (const Problem problem = problemOfLines(answer))
        return problem;
    Lines lines(answer.body);
    const Result<QJsonObject> line = lines.next();
    if (!line.ok())
        return line.problem();
    if (!isAddress(line.value().value(u"Key"), address))
        return senseless("names another block");
    return true;
}

bool hasNoBlock(const HttpAnswer &answer)
{
    const QString message = messageOf(errorIn(answer));
    return message.contains(NotHeld) || message.contains(TooLate);
}

Result<bool> wasPinned(const HttpAnswer &answer, const QByteArray &address)
{
    if (messageOf(errorIn(answer)).contains(NotPinned))
        return false;
    if (const Problem problem = problemOfLines(answer))
        return problem;
    Lines lines(answer.body);
    const Result<QJsonObject> line = lines.next();
    if (!line.ok())
        return line.problem();
    const QJsonArray pins = line.value().value(u"Pins").toArray();
    const bool isNamed = std::any_of(pins.begin(), pins.end(), [&address](const QJsonValue &pin) {
        return isAddress(pin, address);
    });
    return isNamed ? Result<bool>(true) : senseless("names no pin that is gone");
}

// A node says the roots in any order, and how many blocks there were at the end.
Problem importProblem(const HttpAnswer &answer, const QList<QByteArray> &pinned, qsizetype blocks)
{
    if (const Problem problem = problemOfLines(answer))
        return problem;
    QSet<QByteArray> missing(pinned.begin(), pinned.end());
    Lines lines(answer.body);
    for (;;) {
        const Result<QJsonObject> line = lines.next();
        if (!line.ok())
            return line.problem();
        const QJsonValue stats = line.value().value(u"Stats");
        if (stats.isObject()) {
            if (stats[u"BlockCount"].toInteger(-1) != blocks)
                return senseless("counts other blocks than it was given");
            return missing.isEmpty() ? Problem() : senseless("does not name each root");
        }
        const QJsonValue root = line.value().value(u"Root");
        const QString message = root[u"PinErrorMsg"].toString();
        if (!message.isEmpty())
            return failure(message);
        const auto address = addressFromText(root[u"Cid"][u"/"].toString());
        missing.remove(address.value_or(QByteArray()));
    }
}

} // namespace RemoteLog::Kubo
