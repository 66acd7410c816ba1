// SPDX-License-Identifier: MIT
#pragma once

#include "helpers/helperset.h"
#include "helpers/namelane.h"
#include "scriptednames.h"

#include <QtTest>

namespace RemoteLog::Testing {

inline const QUrl Far(QStringLiteral("far://one"));
inline const QUrl Near(QStringLiteral("near://one"));
inline const Problem Refused(Problem::Kind::WillRetry, QStringLiteral("refused"));

inline ScriptedNames *names(const QUrl &url = Far)
{
    return ScriptedNames::at(url);
}

// "1 2 3": what they were asked, for askers that are told apart by their numbers.
inline QStringList list(const char *numbers)
{
    return QString::fromLatin1(numbers).split(QLatin1Char(' '));
}

// Name systems that answer when the test says, and askers who wait in their lanes: two questions at
// a time over the network, three here; rests are short.
class NameSystems
{
public:
    NameSystems()
    {
        timing.namesAtOnce = 2;
        timing.namesAtOnceHere = 3;
        timing.namesRate = 100'000;
        timing.namesBurst = 1000;
        timing.retryFirst = timing.retryMost = std::chrono::milliseconds(20);
    }

    void use(const QList<QUrl> &urls)
    {
        auto registry = std::make_shared<HelperRegistry>();
        for (const char *scheme : {"far", "near"}) {
            if (registry->add(QLatin1String(scheme), NameSystemFactory(ScriptedNames::create)))
                qFatal("a name system is not taken");
        }
        if (!helpers)
            helpers = std::make_unique<HelperSet>(registry, timing, nullptr);
        Settings settings;
        settings.setHelpers(urls);
        helpers->configure(settings);
    }

    NameLane *lane(const QUrl &url = Far) const
    {
        for (Helper *helper : helpers->helpers(Helper::Role::System, nullptr)) {
            if (helper->url() == url)
                return helper->names();
        }
        return nullptr;
    }

    QObject *asker(int number) { return &m_askers.at(std::size_t(number)); }

    void ask(int number, const Place &place = Place::patient(std::chrono::hours(1)))
    {
        lane()->ask({QString::number(number), asker(number), place,
                     [this, number](const NameLane::Answer *answer) {
                         answered.append(QString::number(number));
                         failed += answer && answer->ok() ? 0 : 1;
                     }});
    }

    // What was to be asked by now was asked: so was what the near one is asked after that.
    bool settle()
    {
        const auto before = names(Near)->asked.size();
        QObject last;
        lane(Near)->ask({QStringLiteral("last"), &last, Place(), [](const auto *) {}});
        const bool isAsked =
            QTest::qWaitFor([before] { return names(Near)->asked.size() > before; });
        names(Near)->answer();
        lane(Near)->forget(&last);
        return isAsked;
    }

    Timing timing; // until use()
    std::unique_ptr<HelperSet> helpers;
    QStringList answered;
    int failed = 0;

private:
    std::array<QObject, 100> m_askers;
};

} // namespace RemoteLog::Testing
