// SPDX-License-Identifier: MIT
#include "support/party.h"

#include <QtTest>

using namespace RemoteLog;
using namespace RemoteLog::Testing;

namespace {

// A run of a host: one application, one transport, in one language.
QString whatItSays(QLocale::Language language)
{
    int count = 1;
    char name[] = "host";
    char *arguments[] = {name, nullptr};
    const QCoreApplication application(count, arguments);
    Party alice({});
    alice.settings.setLocale(QLocale(language));
    alice.open();
    const QString text = Problem(Problem::Kind::Clock).text();
    alice.close();
    return text;
}

} // namespace

// The plugin stays when the application goes, and speaks the language of the next one.
class LanguageTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void eachApplicationHasItsLanguage();
};

void LanguageTest::eachApplicationHasItsLanguage()
{
    const QString english = whatItSays(QLocale::English);
    const QString german = whatItSays(QLocale::German);
    QVERIFY(german.startsWith(QStringLiteral("Die Uhr")));
    QVERIFY(english != german);
    QCOMPARE(whatItSays(QLocale::German), german);
    QCOMPARE(whatItSays(QLocale::English), english);
}

QTEST_APPLESS_MAIN(LanguageTest)
#include "tst_language.moc"
