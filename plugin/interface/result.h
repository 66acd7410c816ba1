// SPDX-License-Identifier: MIT
#pragma once

#include <RemoteLog/problem.h>

#include <optional>
#include <utility>

namespace RemoteLog {

// Either a value or the Problem that stood in its way; never both, never neither.
//
// T is copyable. Reentrant: copies may be used in different threads. No exceptions.
template <class T>
class Result
{
public:
    // Success.
    Result(T value)
        : m_value(std::move(value))
    {
    }

    // Failure. A null Problem is not a failure; it is replaced by one of kind InvalidArgument, so
    // that ok() and problem() never contradict each other.
    Result(Problem problem)
        : m_problem(problem ? std::move(problem)
                            : Problem(Problem::Kind::InvalidArgument,
                                      QStringLiteral("a result was made of no problem")))
    {
    }

    // True if there is a value.
    bool ok() const { return m_value.has_value(); }

    // The value. Only to be called when ok(): asserts otherwise.
    const T &value() const
    {
        Q_ASSERT(m_value.has_value());
        return *m_value;
    }

    // The Problem; a null one when ok().
    Problem problem() const { return m_problem; }

private:
    std::optional<T> m_value;
    Problem m_problem;
};

} // namespace RemoteLog
