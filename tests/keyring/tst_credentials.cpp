// SPDX-License-Identifier: MIT
#include "keyring.h"

#include "support/memoryhelpers.h"
#include "support/party.h"
#include "transport/credentials.h"
#include "transport/keychain.h"

#include <QtTest>

using namespace RemoteLog;
using namespace RemoteLog::Testing;

// Tokens of helpers in a real keyring.
class KeyringCredentialsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void areFoundAgain();
};

void KeyringCredentialsTest::areFoundAgain()
{
    if (const QString missing = Keyring::missing(); !missing.isEmpty())
        QSKIP(qPrintable(QStringLiteral("not installed: %1").arg(missing)));
    Keyring keyring;
    QVERIFY(keyring.start());
    Party alice({helper("keyring-credentials")});
    alice.bringsSecrets = false;
    Transport &transport = alice.open();
    QHash<QUrl, QByteArray> headers;
    // As much as fits.
    for (int i = 0; i < 15; ++i) {
        const QUrl url(QStringLiteral("gateway+https://gateway%1.example").arg(i));
        const QByteArray token(Credentials::MaxToken, char('a' + i));
        QVERIFY(!await(transport.setCredential(url, token)));
        headers.insert(url, "Bearer " + token);
    }
    alice.close();
    // Another daemon, from what the first one left on disk.
    keyring.stop();
    QVERIFY(keyring.start());
    const QUrl forgotten(QStringLiteral("gateway+https://gateway3.example"));
    QVERIFY(!await(alice.open().unsetCredential(forgotten)));
    headers.remove(forgotten);
    QVERIFY(!alice.transport().problem());
    alice.close();

    QFile profile(alice.settings.directory() + QStringLiteral("/profile"));
    QVERIFY(profile.open(QIODevice::ReadOnly));
    const QString key = QStringLiteral("remotelog/org.remotelog.test/%1/credentials")
                            .arg(QString::fromLatin1(profile.readAll().trimmed()));
    Keychain keychain(std::chrono::seconds(60));
    const Result<QByteArray> item = await(keychain.read(key));
    QVERIFY(item.ok());
    const Result<Credentials> read = Credentials::fromBytes(item.value());
    QVERIFY(read.ok());
    QCOMPARE(read.value().headers(), headers);
    QCOMPARE(keyring.secrets(), 1);
    QCOMPARE(keyring.prompts(), 0);
    keyring.stop();
}

QTEST_GUILESS_MAIN(KeyringCredentialsTest)
#include "tst_credentials.moc"
