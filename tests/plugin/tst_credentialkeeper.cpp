// SPDX-License-Identifier: MIT
#include "engine/reply.h"
#include "network/httphelper.h"
#include "scriptedserver.h"
#include "support/fakesecretstore.h"
#include "support/party.h"
#include "transport/credentialkeeper.h"

#include <QtTest>

using namespace RemoteLog;
using namespace RemoteLog::Testing;
using RemoteLogTest::ScriptedServer;

namespace {

using Headers = QHash<QUrl, QByteArray>;
using Mood = FakeSecretStore::Mood;

const QString Key = QStringLiteral("remotelog/org.remotelog.test/profile/credentials");
const QUrl Node(QStringLiteral("kubo+http://127.0.0.1:5001"));
const QUrl Gateway(QStringLiteral("gateway+https://gateway.example"));

// Answers later, and counts who does not wait for that.
class SlowSecretStore : public FakeSecretStore
{
public:
    QFuture<Result<QByteArray>> read(const QString &key) override
    {
        ++reads;
        return later(FakeSecretStore::read(key));
    }
    QFuture<Problem> write(const QString &key, const QByteArray &secret) override
    {
        return later(FakeSecretStore::write(key, secret));
    }
    QFuture<Problem> remove(const QString &key) override
    {
        removed.append(key);
        return later(FakeSecretStore::remove(key));
    }

    int reads = 0;
    int mostAtOnce = 0;
    QStringList removed;

private:
    template <class T>
    QFuture<T> later(const QFuture<T> &answer)
    {
        mostAtOnce = std::max(mostAtOnce, ++m_atOnce);
        if (!answer.isFinished())
            return answer;
        const auto promise = std::make_shared<QPromise<T>>();
        promise->start();
        QTimer::singleShot(0, this, [this, promise, value = answer.result()] {
            --m_atOnce;
            promise->addResult(value);
            promise->finish();
        });
        return promise->future();
    }

    int m_atOnce = 0;
};

// A keeper of a profile, and what it says.
struct Kept
{
    explicit Kept(std::chrono::milliseconds wait = std::chrono::seconds(15))
        : items(&store, QStringLiteral("org.remotelog.test"), within(wait))
        , keeper(items, within(wait))
    {
        QObject::connect(&keeper, &CredentialKeeper::changed, &keeper,
                         [this](const Headers &headers) { used.append(headers); });
        QObject::connect(&keeper, &CredentialKeeper::refused, &keeper,
                         [this](const Problem &problem) { refusals.append(problem); });
        items.setProfile(QStringLiteral("profile"));
    }
    static Timing within(std::chrono::milliseconds wait)
    {
        Timing timing;
        timing.keyWait = wait;
        return timing;
    }
    void open()
    {
        keeper.open([this] {
            ++opened;
            usedWhenOpened = used;
        });
    }
    QFuture<Problem> set(const QUrl &helper, const QByteArray &token)
    {
        const Reply<Problem> reply;
        keeper.set(helper, token, [reply](const Problem &problem) { reply.answer(problem); });
        return reply.future();
    }
    QFuture<Problem> unset(const QUrl &helper)
    {
        const Reply<Problem> reply;
        keeper.unset(helper, [reply](const Problem &problem) { reply.answer(problem); });
        return reply.future();
    }

    SlowSecretStore store;
    SecretItems items;
    CredentialKeeper keeper;
    QList<Headers> used;
    QList<Headers> usedWhenOpened;
    QList<Problem> refusals;
    int opened = 0;
};

QByteArray itemOf(const QUrl &helper, const QByteArray &token)
{
    Credentials credentials;
    if (credentials.set(helper, token))
        qFatal("no credential");
    return credentials.toBytes();
}

} // namespace

// Credentials in a secret store that may be locked, silent or forgetful.
class CredentialKeeperTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsOnceAndMakesNothing();
    void keepsWhatItIsGiven();
    void changesOneAfterTheOther();
    void storeIsAskedForOneThingAtATime();
    void forgetsAndLeavesNothing();
    void lockedStoreIsAskedAgain();
    void waitsForTheProfile();
    void givesUpWaiting();
    void forgetfulStoreIsTold();
    void failureChangesNothing();
    void damageIsNotOverwritten();
    void endsWhenClosed_data();
    void endsWhenClosed();
    void reachesTheHelperAndNoOther();
};

void CredentialKeeperTest::readsOnceAndMakesNothing()
{
    Kept none;
    QVERIFY(none.used.isEmpty());
    QCOMPARE(none.store.reads, 0);
    none.open();
    QVERIFY(waitFor([&] { return none.opened == 1; }));
    QCOMPARE(none.used, QList<Headers>{Headers()});
    // Not again, whatever the store and persons say.
    Q_EMIT none.store.changed();
    none.keeper.retry();
    none.open();
    QVERIFY(waitFor([&] { return none.opened == 2; }));
    QCOMPARE(none.store.reads, 1);
    QVERIFY(none.store.written.isEmpty());
    QVERIFY(none.refusals.isEmpty());

    Kept some;
    some.store.secrets.insert(Key, itemOf(Node, "token"));
    some.open();
    QVERIFY(waitFor([&] { return some.opened == 1; }));
    QCOMPARE(some.usedWhenOpened, QList<Headers>{Headers({{Node, "Bearer token"}})});
}

void CredentialKeeperTest::keepsWhatItIsGiven()
{
    Kept kept;
    kept.open();
    QVERIFY(!await(kept.set(Node, "bearer:token")));
    QCOMPARE(kept.store.secrets.value(Key), itemOf(Node, "bearer:token"));
    QCOMPARE(kept.used.last(), Headers({{Node, "Bearer token"}}));
    QVERIFY(!await(kept.set(Node, "bearer:token")));
    QCOMPARE(kept.store.written, QStringList{Key}); // it was there already
    QVERIFY(!await(kept.set(Node, "other")));
    QCOMPARE(kept.used.last(), Headers({{Node, "Bearer other"}}));
}

void CredentialKeeperTest::changesOneAfterTheOther()
{
    Kept kept;
    kept.open();
    const QFuture<Problem> first = kept.set(Node, "first");
    const QFuture<Problem> second = kept.set(Gateway, "second");
    const QFuture<Problem> third = kept.set(Node, "third");
    QVERIFY(!await(first));
    QVERIFY(!await(second));
    QVERIFY(!await(third));
    QCOMPARE(kept.used.last(), Headers({{Node, "Bearer third"}, {Gateway, "Bearer second"}}));
    QCOMPARE(Credentials::fromBytes(kept.store.secrets.value(Key)).value().headers(),
             kept.used.last());
    QCOMPARE(kept.store.mostAtOnce, 1);
}

void CredentialKeeperTest::storeIsAskedForOneThingAtATime()
{
    Kept kept;
    QStringList answers;
    // By others than the keeper, too.
    kept.items.write(QStringLiteral("master"), "secret",
                     [&answers](const Problem &) { answers.append(QStringLiteral("written")); });
    kept.items.read(QStringLiteral("master"), [&answers](const Result<QByteArray> &read) {
        answers.append(QString::fromLatin1(read.value()));
    });
    kept.open();
    const QFuture<Problem> set = kept.set(Node, "token");
    kept.items.remove(QStringLiteral("master"),
                      [&answers](const Problem &) { answers.append(QStringLiteral("removed")); });
    QVERIFY(!await(set));
    QCOMPARE(answers, (QStringList{QStringLiteral("written"), QStringLiteral("secret"),
                                   QStringLiteral("removed")}));
    QCOMPARE(kept.store.mostAtOnce, 1);
    QCOMPARE(kept.store.secrets.keys(), QStringList{Key});
}

void CredentialKeeperTest::forgetsAndLeavesNothing()
{
    Kept kept;
    kept.open();
    QVERIFY(!await(kept.unset(Node))); // it never had one
    QVERIFY(kept.store.removed.isEmpty());
    QVERIFY(!await(kept.set(Node, "first")));
    QVERIFY(!await(kept.set(Gateway, "second")));
    QVERIFY(!await(kept.unset(Node)));
    QCOMPARE(kept.used.last(), Headers({{Gateway, "Bearer second"}}));
    QVERIFY(!await(kept.unset(Gateway)));
    QCOMPARE(kept.used.last(), Headers());
    QVERIFY(kept.store.secrets.isEmpty());
    QCOMPARE(kept.unset(QUrl(QStringLiteral("file:///x"))).result().kind(),
             Problem::Kind::Unsupported);
}

void CredentialKeeperTest::lockedStoreIsAskedAgain()
{
    Kept kept;
    kept.store.secrets.insert(Key, itemOf(Node, "token"));
    kept.store.mood = Mood::Unavailable;
    kept.open();
    QVERIFY(waitFor([&] { return kept.opened == 1; }));
    QCOMPARE(kept.refusals.size(), 1);
    QCOMPARE(kept.refusals.first().kind(), Problem::Kind::SecretStoreUnavailable);
    QVERIFY(kept.used.isEmpty());
    QCOMPARE(await(kept.set(Node, "other")).kind(), Problem::Kind::SecretStoreUnavailable);
    kept.store.mood = Mood::Works;
    Q_EMIT kept.store.changed();
    QVERIFY(waitFor([&] { return !kept.used.isEmpty(); }));
    QCOMPARE(kept.used, QList<Headers>{Headers({{Node, "Bearer token"}})});

    // By itself, too, where the store cannot tell; and a silent one holds nobody up.
    Kept silent(std::chrono::milliseconds(50));
    silent.store.mood = Mood::Hangs;
    silent.open();
    QVERIFY(waitFor([&] { return silent.opened == 1 && !silent.refusals.isEmpty(); }));
    silent.store.mood = Mood::Works;
    QVERIFY(waitFor([&] { return !silent.used.isEmpty(); }));
}

void CredentialKeeperTest::waitsForTheProfile()
{
    Kept kept;
    const QFuture<Problem> early = kept.set(Node, "token");
    QCoreApplication::processEvents();
    QVERIFY(!early.isFinished());
    QCOMPARE(kept.store.reads, 0);
    kept.open();
    QVERIFY(!await(early));
    QCOMPARE(kept.store.secrets.value(Key), itemOf(Node, "token"));
}

void CredentialKeeperTest::givesUpWaiting()
{
    Kept kept(std::chrono::milliseconds(10));
    QCOMPARE(await(kept.set(Node, "token")).kind(), Problem::Kind::SecretStoreUnavailable);
    QVERIFY(kept.store.written.isEmpty());
}

void CredentialKeeperTest::forgetfulStoreIsTold()
{
    Kept kept;
    kept.open();
    QVERIFY(!await(kept.set(Node, "first")));
    kept.store.mood = Mood::Forgets;
    QCOMPARE(await(kept.set(Node, "second")).kind(), Problem::Kind::SecretStoreUnavailable);
    QCOMPARE(kept.used.last(), Headers({{Node, "Bearer first"}}));
}

void CredentialKeeperTest::failureChangesNothing()
{
    Kept kept;
    kept.open();
    QVERIFY(!await(kept.set(Node, "first")));
    const auto before = kept.used.size();
    kept.store.mood = Mood::Unavailable;
    QCOMPARE(await(kept.set(Node, "second")).kind(), Problem::Kind::SecretStoreUnavailable);
    QCOMPARE(kept.store.written.size(), 1);
    QCOMPARE(kept.used.size(), before);
    QVERIFY(kept.refusals.isEmpty()); // of these they are known
}

void CredentialKeeperTest::damageIsNotOverwritten()
{
    Kept kept;
    kept.store.secrets.insert(Key, "damaged");
    kept.open();
    QVERIFY(waitFor([&] { return kept.opened == 1; }));
    QCOMPARE(kept.refusals.last().kind(), Problem::Kind::LocalDataCorrupt);
    QCOMPARE(await(kept.set(Node, "token")).kind(), Problem::Kind::LocalDataCorrupt);
    QCOMPARE(kept.store.secrets.value(Key), QByteArray("damaged"));
    QVERIFY(kept.store.written.isEmpty());
    QVERIFY(!await(kept.unset(Gateway)));
    QVERIFY(kept.store.secrets.isEmpty());
    QCOMPARE(kept.used, QList<Headers>{Headers()});
    QVERIFY(!await(kept.set(Node, "token")));
    QCOMPARE(kept.store.secrets.value(Key), itemOf(Node, "token"));
}

void CredentialKeeperTest::endsWhenClosed_data()
{
    QTest::addColumn<bool>("isOpen");
    QTest::newRow("while it waits for the profile") << false;
    QTest::newRow("while the store is silent") << true;
}

void CredentialKeeperTest::endsWhenClosed()
{
    QFETCH(const bool, isOpen);
    Kept kept;
    if (isOpen) {
        kept.open();
        QVERIFY(waitFor([&] { return kept.opened == 1; }));
        kept.store.mood = Mood::Hangs;
    }
    const QFuture<Problem> first = kept.set(Node, "token");
    const QFuture<Problem> second = kept.unset(Node);
    QVERIFY(!first.isFinished());
    kept.keeper.close();
    QVERIFY(first.isFinished());
    QCOMPARE(first.result().kind(), Problem::Kind::Closed);
    QCOMPARE(second.result().kind(), Problem::Kind::Closed);
    QCOMPARE(kept.set(Node, "token").result().kind(), Problem::Kind::Closed);
}

void CredentialKeeperTest::reachesTheHelperAndNoOther()
{
    ScriptedServer mine;
    ScriptedServer other;
    const auto helperUrl = [](const ScriptedServer &server) {
        return QUrl(QStringLiteral("kubo+") + server.url(QString()).toString());
    };
    Kept kept;
    kept.open();
    QVERIFY(!await(kept.set(helperUrl(mine), "basic:user:password")));
    HttpClient client;
    // As a set of helpers gives it to them: asked for each request, and nothing for those of links.
    const auto of = [&kept](const QUrl &url) {
        return [&kept, url] { return kept.used.last().value(url); };
    };
    HttpHelper node(client, mine.url(QString()), of(helperUrl(mine)));
    HttpHelper gateway(client, other.url(QString()), of(helperUrl(other)));
    HttpHelper hint(client, mine.url(QString()), nullptr);
    const auto ask = [](HttpHelper &helper) {
        bool isAnswered = false;
        HttpRequest request;
        request.url = helper.url(QStringLiteral("/api"));
        helper.send(request, [&isAnswered](const HttpAnswer &) { isAnswered = true; });
        return waitFor([&isAnswered] { return isAnswered; });
    };
    QVERIFY(ask(node) && ask(gateway) && ask(hint));
    QCOMPARE(mine.requests().size(), 2);
    QCOMPARE(mine.requests().at(0).header("Authorization"),
             QByteArray("Basic dXNlcjpwYXNzd29yZA=="));
    QVERIFY(mine.requests().at(1).header("Authorization").isNull());
    QVERIFY(other.requests().first().header("Authorization").isNull());
    QVERIFY(!await(kept.unset(helperUrl(mine))));
    QVERIFY(ask(node));
    QVERIFY(mine.requests().at(2).header("Authorization").isNull());
}

QTEST_GUILESS_MAIN(CredentialKeeperTest)
#include "tst_credentialkeeper.moc"
