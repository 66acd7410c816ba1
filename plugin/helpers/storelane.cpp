// SPDX-License-Identifier: MIT
#include "storelane.h"

#include "call.h"

#include "log/block.h"

#include <algorithm>
#include <utility>

namespace RemoteLog {

namespace {

// What may be under way at a time. Many small blocks let a fresh reader learn in a few rounds where
// everything is; a slow line gets fewer, so that what it carries arrives one after another. A
// folder takes twice as many calls before it refuses any.
constexpr int MostCalls = 512;
constexpr int LeastCalls = 2;
constexpr qint64 MostBytes = 4 * 1024 * 1024;
// Whoever wants another tree meanwhile gets its one block: trees may be large, and are in memory
// until they are whole.
constexpr int MostTrees = 4;

} // namespace

StoreLane::StoreLane(Helper *helper, const Timing &timing, QObject *parent)
    : QObject(parent)
    , m_helper(helper)
    , m_timing(timing)
    , m_window(MostCalls)
    , m_silence(this)
{
    m_silence.setSingleShot(true);
    connect(&m_silence, &QTimer::timeout, this, [this] { m_isSilent ? giveUp() : silent(); });
}

// ---- Ask

void StoreLane::ask(const Question &question)
{
    const auto turn =
        std::find_if(m_waiting.begin(), m_waiting.end(),
                     [&question](const Turn &each) { return each.asker == question.asker; });
    if (turn != m_waiting.end())
        turn->questions.push_back(question);
    else
        m_waiting.push_back({question.asker, {question}});
    pump();
}

void StoreLane::pump()
{
    while (m_helper && !m_waiting.empty()) {
        if (!m_helper->isUsable(Helper::Role::Store, Helper::Direction::Read))
            return turnAway(m_helper->problem(Helper::Role::Store, Helper::Direction::Read));
        if (!hasRoom(m_waiting.front().questions.front().size))
            return;
        const Question question = takeNext();
        if (question.isWanted())
            call(question);
    }
}

bool StoreLane::hasRoom(qint64 size) const
{
    return m_open.empty()
           || (int(m_open.size()) < m_window
               && m_openBytes + size
                      <= std::max<qint64>(MostBytes * m_window / MostCalls, MaxBlockSize));
}

StoreLane::Question StoreLane::takeNext()
{
    Turn turn = std::move(m_waiting.front());
    m_waiting.pop_front();
    const Question question = std::move(turn.questions.front());
    turn.questions.pop_front();
    if (!turn.questions.empty())
        m_waiting.push_back(std::move(turn));
    return question;
}

void StoreLane::call(const Question &question)
{
    const bool wasIdle = m_open.empty();
    const bool isTree = question.wholeTree && m_openTrees < MostTrees;
    const auto open = m_open.insert(m_open.end(), Open{question, isTree, {}, {}, {}});
    open->call = m_helper->begin(Helper::Role::Store, Helper::Direction::Read);
    open->since.start();
    m_openBytes += question.size;
    m_openTrees += int(isTree);
    Fetch fetch(question.address, isTree ? MaxTreeBytes : MaxBlockSize);
    fetch.setWholeTree(isTree);
    open->watcher = onAnswer<Result<QList<Block>>>(
        m_helper->store()->get(fetch), this,
        [this, open](const Result<QList<Block>> &answer) { answered(open, answer); });
    if (wasIdle)
        listen();
}

// ---- Hear

void StoreLane::forget(Opens::const_iterator open)
{
    m_openBytes -= open->question.size;
    m_openTrees -= int(open->isTree);
    m_open.erase(open);
}

void StoreLane::answered(Opens::iterator open, const Result<QList<Block>> &answer)
{
    const Open done = *open;
    forget(open);
    if (done.since.elapsed() < m_timing.hedge.count()) {
        m_isSlow = false;
        m_window = std::min(m_window + 1, MostCalls);
    }
    listen();
    if (m_helper && answer.ok())
        m_helper->succeeded(done.call);
    else if (m_helper)
        m_helper->failed(done.call, answer.problem());
    done.question.answer(answer);
    giveUpStuck();
    pump();
}

void StoreLane::listen()
{
    m_isSilent = false;
    if (m_open.empty())
        m_silence.stop();
    else
        m_silence.start(m_timing.hedge);
}

// What may have to come before the store can say anything. Of several trees one is whole first.
qint64 StoreLane::mostUnderWay() const
{
    return m_openBytes + (m_openTrees > 0 ? MaxTreeBytes : 0);
}

void StoreLane::silent()
{
    m_isSilent = true;
    m_isSlow = true;
    m_window = std::max(m_window / 2, LeastCalls);
    m_silenceLimit = m_timing.limitFor(mostUnderWay());
    m_silence.start(m_silenceLimit - m_timing.hedge);
    // Also who waits in front of the door. Copied: rivals call back.
    std::vector<Question> overdue;
    for (const Open &open : m_open)
        overdue.push_back(open.question);
    for (const Turn &turn : m_waiting)
        overdue.insert(overdue.end(), turn.questions.begin(), turn.questions.end());
    for (const Question &question : overdue) {
        if (question.isWanted())
            question.isOverdue();
    }
}

// ---- Give up

void StoreLane::giveUp()
{
    const Opens lost = std::exchange(m_open, {});
    m_openBytes = 0;
    m_openTrees = 0;
    listen();
    const Problem problem = noAnswerWithin(m_silenceLimit);
    for (const Open &open : lost) {
        delete open.watcher;
        if (m_helper)
            m_helper->failed(open.call, problem);
    }
    for (const Open &open : lost)
        open.question.answer(problem);
    pump();
}

void StoreLane::giveUpStuck()
{
    // The store talks, but not of this: it was asked when all that is open now was not.
    const std::chrono::milliseconds ofBlock = m_timing.limitFor(MostBytes);
    const std::chrono::milliseconds ofTree = m_timing.limitFor(MostBytes + MaxTreeBytes);
    std::vector<std::pair<Question, Problem>> stuck;
    for (auto open = m_open.cbegin();
         open != m_open.cend() && open->since.hasExpired(ofBlock.count());) {
        const auto each = open++;
        const std::chrono::milliseconds limit = each->isTree ? ofTree : ofBlock;
        if (!each->since.hasExpired(limit.count()))
            continue;
        delete each->watcher;
        stuck.push_back({each->question, noAnswerWithin(limit)});
        forget(each);
    }
    for (const auto &[question, problem] : stuck)
        question.answer(problem);
}

void StoreLane::turnAway(const Problem &problem)
{
    const Problem why = problem ? problem
                                : Problem(Problem::Kind::WillRetry,
                                          QStringLiteral("the store may not be asked now"));
    for (const Turn &turn : std::exchange(m_waiting, {})) {
        for (const Question &question : turn.questions) {
            if (question.isWanted())
                question.answer(why);
        }
    }
}

void StoreLane::close()
{
    m_silence.stop();
    // Not now: whoever deletes a helper is in the middle of it.
    QTimer::singleShot(0, this, [this] {
        const Problem problem(Problem::Kind::WillRetry, QStringLiteral("the store was removed"));
        m_openTrees = 0;
        for (const Open &open : std::exchange(m_open, {})) {
            delete open.watcher;
            open.question.answer(problem);
        }
        turnAway(problem);
        deleteLater();
    });
}

} // namespace RemoteLog
