// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/problem.h>

#include <QtCore/QByteArray>
#include <QtCore/QMetaEnum>
#include <QtCore/QString>

// What the program prints: one event a line, words separated by single spaces, free text last. A
// line is written at once, for whoever reads it may be another program.
namespace Console {

// An event, on standard output.
void print(const QString &line);

// A remark to the person, on standard error.
void warn(const QString &line);

// An event and why it happened: the sentence for a person on standard output, the technical detail
// on standard error.
void print(const QString &line, const RemoteLog::Problem &problem);

// `"text"` if the payload is one short line of text, else `<size and digest>`.
QString describe(const QByteArray &payload);

// The end of a log's name, enough to tell a few logs apart.
QString shortName(const QString &logName);

// A number of the interface as a word: NeedsAttention is "needs-attention". `unknown` is what the
// interface documents for numbers that a newer plugin may send.
QString word(const char *key, const char *unknown);

template <class Enum>
QString word(Enum value, Enum unknown)
{
    const QMetaEnum all = QMetaEnum::fromType<Enum>();
    return word(all.valueToKey(int(value)), all.valueToKey(int(unknown)));
}

} // namespace Console
