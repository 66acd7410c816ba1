// SPDX-License-Identifier: MIT
#include "helpers/helperset.h"

#include <QTemporaryDir>
#include <QtTest>

using namespace RemoteLog;
using namespace Qt::StringLiterals;

// Which helpers there are for whom. Nothing is asked of them.
class HelperSetTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void writesToNoGateway();
    void namesOnlyWhomReadersCanAsk();
    void renewsWhatTheProxyIsFor();
    void saysWhatIsWrongWithAUrl();

private:
    const QUrl m_node{u"kubo+https://node.example"_s};
    const QUrl m_gateway{u"gateway+https://gateway.example"_s};
    const QUrl m_routing{u"routing+https://routing.example"_s};
    QTemporaryDir m_folder;
    Settings m_settings;
    std::unique_ptr<HelperSet> m_helpers;
};

namespace {

QList<QUrl> urlsOf(const QList<Helper *> &helpers)
{
    QList<QUrl> urls;
    for (const Helper *helper : helpers)
        urls.append(helper->url());
    return urls;
}

constexpr auto Store = Helper::Role::Store;
constexpr auto System = Helper::Role::System;

} // namespace

void HelperSetTest::init()
{
    m_settings = Settings();
    m_settings.setHelpers({m_node, m_gateway, m_routing, QUrl::fromLocalFile(m_folder.path())});
    m_helpers = std::make_unique<HelperSet>(std::make_shared<HelperRegistry>(), Timing(), nullptr);
    m_helpers->configure(m_settings);
}

void HelperSetTest::writesToNoGateway()
{
    const QUrl folder = QUrl::fromLocalFile(m_folder.path());
    QCOMPARE(urlsOf(m_helpers->helpers(Store, nullptr)), QList({m_node, m_gateway, folder}));
    QCOMPARE(urlsOf(m_helpers->writable(Store)), QList({m_node, folder}));
    QCOMPARE(urlsOf(m_helpers->helpers(System, nullptr)),
             QList({m_node, m_gateway, m_routing, folder}));
    QCOMPARE(urlsOf(m_helpers->writable(System)), QList({m_node, m_routing, folder}));
    QVERIFY(m_helpers->embedLimit() > 0);
}

void HelperSetTest::namesOnlyWhomReadersCanAsk()
{
    QVERIFY(m_helpers->urlsForReaders().contains(m_node));
    m_helpers->setCredentials({{m_node, "Bearer secret"}});
    QCOMPARE(m_helpers->urlsForReaders(),
             QList({m_gateway, m_routing, QUrl::fromLocalFile(m_folder.path())}));
    m_helpers->setCredentials({});
    QVERIFY(m_helpers->urlsForReaders().contains(m_node));
}

void HelperSetTest::renewsWhatTheProxyIsFor()
{
    const QList<Helper *> before = m_helpers->helpers(System, nullptr);
    m_settings.setHintPolicy(Settings::Policy::Hold);
    m_helpers->configure(m_settings);
    QCOMPARE(m_helpers->helpers(System, nullptr), before);

    // Nobody may go past the proxy because he was there before it. The folder stays.
    int gone = 0;
    const QObject here; // whoever dies later is not counted
    for (Helper *helper : before)
        connect(helper, &QObject::destroyed, &here, [&gone] { ++gone; });
    m_settings.setProxy(QNetworkProxy(QNetworkProxy::Socks5Proxy, u"127.0.0.1"_s, 9050));
    m_helpers->configure(m_settings);
    QCOMPARE(gone, 3);
    QCOMPARE(m_helpers->helpers(System, nullptr).last(), before.last());
    QCOMPARE(urlsOf(m_helpers->helpers(System, nullptr)), m_settings.helpers());
}

void HelperSetTest::saysWhatIsWrongWithAUrl()
{
    m_settings.setHelpers({QUrl(u"swarm+https://bee.example"_s)});
    m_helpers->configure(m_settings);
    const HelperStatus status = m_helpers->statuses().constFirst();
    QVERIFY(!status.isUsable());
    QCOMPARE(status.problem().kind(), Problem::Kind::ActionRequired);
    QVERIFY(status.problem().detail().contains(u"swarm+https"_s));
}

QTEST_GUILESS_MAIN(HelperSetTest)
#include "tst_helperset.moc"
