// SPDX-License-Identifier: MIT
#include "auditor.h"

#include "storewalk.h"

#include <utility>

namespace RemoteLog {

Auditor::Auditor(const OwnLog &log, const PublisherContext &context,
                 const Reply<Result<Audit>> &reply, QObject *parent)
    : QObject(parent)
    , m_replies{reply}
{
    for (Helper *helper : context.helpers.writable(Helper::Role::Store)) {
        auto walk = std::make_unique<StoreWalk>(log, helper, context, nullptr);
        if (const Problem problem = walk->begin()) {
            finish(problem);
            return;
        }
        connect(walk.get(), &StoreWalk::stepped, this, &Auditor::walk);
        connect(walk.get(), &StoreWalk::failed, this, &Auditor::nextStore);
        connect(walk.get(), &StoreWalk::finished, this, [this](const Problem &problem) {
            if (problem)
                finish(problem);
            else
                nextStore();
        });
        m_walks.push_back(std::move(walk));
    }
    walk();
}

Auditor::~Auditor() = default;

void Auditor::walk()
{
    report();
    if (m_over < m_walks.size())
        m_walks.at(m_over)->step();
    else
        finish({});
}

void Auditor::nextStore()
{
    ++m_over;
    walk();
}

Audit Auditor::soFar() const
{
    Audit audit;
    for (const auto &walk : m_walks) {
        audit.setBlocks(audit.blocks() + walk->blocks());
        audit.setChecked(audit.checked() + walk->checked());
        audit.setMissing(audit.missing() + walk->missing());
        audit.setRestored(audit.restored() + walk->restored());
    }
    return audit;
}

void Auditor::report()
{
    int done = m_over < m_walks.size() ? m_walks.at(m_over)->checked() : 0;
    for (std::size_t i = 0; i < m_over; ++i)
        done += m_walks.at(i)->blocks(); // also what was given up
    const int all = soFar().blocks();
    for (const auto &reply : std::as_const(m_replies))
        reply.setProgress(done, all);
}

void Auditor::finish(const Problem &problem)
{
    Audit audit = soFar();
    audit.setFailed(audit.blocks() - audit.checked() + audit.missing() - audit.restored());
    for (const auto &reply : std::exchange(m_replies, {}))
        reply.answer(problem ? Result<Audit>(problem) : Result<Audit>(audit));
    deleteLater();
}

} // namespace RemoteLog
