// SPDX-License-Identifier: MIT
#include <RemoteLog/hostservices.h>
#include <RemoteLog/networkwatch.h>
#include <RemoteLog/secretstore.h>

#include <QTest>

using namespace RemoteLog;

class TestHostServices : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void bringsNothingAtFirst();
    void copiesAreIndependent();
};

void TestHostServices::bringsNothingAtFirst()
{
    const HostServices services;
    QVERIFY(!services.secretStore());
    QVERIFY(!services.networkWatch());
}

void TestHostServices::copiesAreIndependent()
{
    // Only named, never used: any address does.
    auto *store = reinterpret_cast<SecretStore *>(this);
    auto *watch = reinterpret_cast<NetworkWatch *>(this);
    HostServices services;
    services.setSecretStore(store);
    HostServices copy = services;
    copy.setNetworkWatch(watch);
    QCOMPARE(copy.secretStore(), store);
    QCOMPARE(copy.networkWatch(), watch);
    QVERIFY(!services.networkWatch());
    copy = HostServices();
    QVERIFY(!copy.secretStore());
    QCOMPARE(services.secretStore(), store);
}

QTEST_APPLESS_MAIN(TestHostServices)

#include "tst_hostservices.moc"
