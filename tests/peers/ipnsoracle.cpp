// SPDX-License-Identifier: MIT
#include "ipnsoracle.h"

#include <QJsonArray>
#include <QJsonDocument>

namespace RemoteLog::Testing {

namespace {

QString base64(const QByteArray &bytes)
{
    return QString::fromLatin1(bytes.toBase64());
}

// JSON has numbers up to 2^53 only.
QString numberText(quint64 number)
{
    return QString::number(number);
}

QJsonValue resultOf(const QJsonObject &answer)
{
    const QString error = answer[QStringLiteral("error")].toString();
    if (!error.isEmpty())
        qFatal("npm ipns does not do it: %s", qPrintable(error));
    return answer[QStringLiteral("result")];
}

} // namespace

IpnsOracle::IpnsOracle()
    : m_script(QStringLiteral("oracle.js"))
{
}

QJsonObject IpnsOracle::ask(const QJsonObject &command)
{
    m_script.writeLine(QJsonDocument(command).toJson(QJsonDocument::Compact));
    const QJsonDocument answer = QJsonDocument::fromJson(m_script.readLine());
    if (!answer.isObject())
        qFatal("the oracle is silent");
    return answer.object();
}

QByteArray IpnsOracle::make(const QString &command, const Draft &draft)
{
    const QJsonObject answer = ask({{QStringLiteral("do"), command},
                                    {QStringLiteral("seed"), base64(draft.seed)},
                                    {QStringLiteral("value"), base64(draft.value)},
                                    {QStringLiteral("sequence"), numberText(draft.sequence)},
                                    {QStringLiteral("validity"), base64(draft.validity)},
                                    {QStringLiteral("ttl"), numberText(draft.ttl)},
                                    {QStringLiteral("v1"), draft.withV1}});
    return QByteArray::fromBase64(resultOf(answer).toString().toLatin1());
}

IpnsOracle::Verdict IpnsOracle::validate(const QString &name, const QByteArray &record)
{
    const QJsonObject answer = ask({{QStringLiteral("do"), QStringLiteral("validate")},
                                    {QStringLiteral("name"), name},
                                    {QStringLiteral("record"), base64(record)}});
    Verdict verdict;
    verdict.refusal = answer[QStringLiteral("error")].toString();
    if (!verdict.refusal.isEmpty())
        return verdict;
    const QJsonObject content = answer[QStringLiteral("result")].toObject();
    verdict.content = {content[QStringLiteral("value")].toString().toUtf8(),
                       content[QStringLiteral("sequence")].toString().toULongLong(),
                       content[QStringLiteral("validity")].toString().toUtf8(),
                       content[QStringLiteral("ttl")].toString().toULongLong()};
    return verdict;
}

int IpnsOracle::select(const QString &name, const QByteArray &first, const QByteArray &second)
{
    const QJsonObject answer =
        ask({{QStringLiteral("do"), QStringLiteral("select")},
             {QStringLiteral("name"), name},
             {QStringLiteral("records"), QJsonArray{base64(first), base64(second)}}});
    return resultOf(answer).toInt(-1);
}

} // namespace RemoteLog::Testing
