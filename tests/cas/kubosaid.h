// SPDX-License-Identifier: MIT
#pragma once

// What a Kubo node says, as tests write it.

#include "log/address.h"
#include "network/httpanswer.h"
#include "network/httpproblem.h"

namespace RemoteLogTest {

using namespace RemoteLog;
using namespace Qt::StringLiterals;
using Kind = Problem::Kind;

inline const QByteArray one = blockAddress("one");
inline const QByteArray two = blockAddress("two");

inline QByteArray text(const QByteArray &address)
{
    return addressToText(address).toLatin1();
}

// As HttpClient makes it.
inline HttpAnswer answered(int status, const QByteArray &body)
{
    HttpAnswer answer;
    answer.problem = problemOfStatus(status, u"node:5001"_s);
    answer.status = status;
    answer.body = body;
    return answer;
}

inline QByteArray error(const QByteArray &message, int code = 0)
{
    return R"({"Message":")" + message + R"(","Code":)" + QByteArray::number(code)
           + R"(,"Type":"error"})" + '\n';
}

inline QByteArray stored(const QByteArray &address)
{
    return R"({"Key":")" + text(address) + R"(","Size":3})" + '\n';
}

inline QByteArray root(const QByteArray &address, const QByteArray &failure = QByteArray())
{
    return R"({"Root":{"Cid":{"/":")" + text(address) + R"("},"PinErrorMsg":")" + failure + R"("}})"
           + '\n';
}

inline QByteArray stats(int blocks)
{
    return R"({"Stats":{"BlockCount":)" + QByteArray::number(blocks) + R"(,"BlockBytesCount":17}})"
           + '\n';
}

} // namespace RemoteLogTest
