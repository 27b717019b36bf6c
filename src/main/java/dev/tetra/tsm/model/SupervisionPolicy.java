package dev.tetra.tsm.model;

/** How a process is looked after, besides being restarted: each part says nothing by default. */
public record SupervisionPolicy(
        HealthPolicy health, OrderPolicy order, InstancePolicy instances, TriggerPolicy triggers, LimitPolicy limits) {
    /** A process that is run, and restarted by its policy. */
    public static final SupervisionPolicy NONE = new SupervisionPolicy(
            HealthPolicy.NONE, OrderPolicy.NONE, InstancePolicy.NONE, TriggerPolicy.NONE, LimitPolicy.NONE);

    public SupervisionPolicy {
        if (triggers.scheduled() && instances.count() > 0) {
            throw new TsmException.Usage(
                    "--instances and --cron exclude each other for a job", "a job runs once at each of its times");
        }
    }

    /** The same with another part about instances. */
    public SupervisionPolicy with(InstancePolicy others) {
        return new SupervisionPolicy(health, order, others, triggers, limits);
    }
}
