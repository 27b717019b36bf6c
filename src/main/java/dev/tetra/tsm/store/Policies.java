package dev.tetra.tsm.store;

import dev.tetra.tsm.model.HealthPolicy;
import dev.tetra.tsm.model.Hook;
import dev.tetra.tsm.model.InstancePolicy;
import dev.tetra.tsm.model.LimitPolicy;
import dev.tetra.tsm.model.Masking;
import dev.tetra.tsm.model.OrderPolicy;
import dev.tetra.tsm.model.SupervisionPolicy;
import dev.tetra.tsm.model.TriggerPolicy;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jdbi.v3.core.Handle;

/** How processes are looked after, of which each part has tables of its own, with rows only for those that use it. */
final class Policies {
    private static final String PROBES = "health_policy";
    private static final String DEPENDENCIES = "dependency";
    private static final String HOOKS = "hook";
    private static final String INSTANCES = "process_instance";
    private static final String LIMITS = "process_limit";
    private static final String TRIGGERS = "trigger_policy";

    private final Handle handle;
    private final Clock clock;
    private final Masking masking;
    private final Tables tables;

    Policies(Handle handle, Clock clock, Masking masking, Tables tables) {
        this.handle = handle;
        this.clock = clock;
        this.masking = masking;
        this.tables = tables;
    }

    /** Of one process, or of several that were read together. */
    interface Of {
        SupervisionPolicy of(long processKey);
    }

    /** Of all tracked processes, by one query for each part. */
    Of all() {
        Map<Long, HealthPolicy> health = all(PROBES, probes()::all);
        Map<Long, OrderPolicy> orders = all(DEPENDENCIES, dependencies()::all);
        Map<Long, List<Hook>> hooks = all(HOOKS, hooks()::ofProcesses);
        Map<Long, InstancePolicy> instances = all(INSTANCES, instances()::all);
        Map<Long, LimitPolicy> limits = all(LIMITS, new Limits(handle)::all);
        Map<Long, TriggerPolicy> triggers = all(TRIGGERS, triggers()::all);
        return key -> new SupervisionPolicy(
                health.getOrDefault(key, HealthPolicy.NONE),
                order(orders.getOrDefault(key, OrderPolicy.NONE), hooks.getOrDefault(key, List.of())),
                instances.getOrDefault(key, InstancePolicy.NONE),
                triggers.getOrDefault(key, TriggerPolicy.NONE),
                limits.getOrDefault(key, LimitPolicy.NONE));
    }

    /** Of one process. */
    SupervisionPolicy of(long processKey) {
        return new SupervisionPolicy(
                tables.isEmpty(PROBES) ? HealthPolicy.NONE : probes().of(processKey),
                order(
                        tables.isEmpty(DEPENDENCIES)
                                ? OrderPolicy.NONE
                                : dependencies().of(processKey),
                        tables.isEmpty(HOOKS) ? List.of() : hooks().of(processKey)),
                tables.isEmpty(INSTANCES) ? InstancePolicy.NONE : instances().of(processKey),
                tables.isEmpty(TRIGGERS) ? TriggerPolicy.NONE : triggers().of(processKey),
                tables.isEmpty(LIMITS) ? LimitPolicy.NONE : new Limits(handle).of(processKey));
    }

    private <T> Map<Long, T> all(String table, Supplier<Map<Long, T>> read) {
        return tables.isEmpty(table) ? Map.of() : read.get();
    }

    /** Writes those of processes that have none. */
    void add(Map<Long, SupervisionPolicy> policies) {
        Map<Long, InstancePolicy> instances = new LinkedHashMap<>();
        policies.forEach((key, policy) -> {
            if (!policy.health().equals(HealthPolicy.NONE)) {
                probes().save(key, policy.health());
            }
            if (!policy.order().after().isEmpty()) {
                dependencies().save(key, policy.order());
            }
            if (!policy.order().on().isEmpty()) {
                hooks().save(key, policy.order().on());
            }
            if (!policy.limits().equals(LimitPolicy.NONE)) {
                new Limits(handle).save(key, policy.limits(), masking);
            }
            if (!policy.triggers().equals(TriggerPolicy.NONE)) {
                triggers().save(key, policy.triggers());
            }
            instances.put(key, policy.instances());
        });
        instances().add(instances);
    }

    /** Writes those of a process in place of what there was. */
    void save(long processKey, SupervisionPolicy policy) {
        if (!policy.health().equals(HealthPolicy.NONE) || !tables.isEmpty(PROBES)) {
            probes().save(processKey, policy.health());
        }
        if (!policy.order().after().isEmpty() || !tables.isEmpty(DEPENDENCIES)) {
            dependencies().save(processKey, policy.order());
        }
        if (!policy.order().on().isEmpty() || !tables.isEmpty(HOOKS)) {
            hooks().save(processKey, policy.order().on());
        }
        if (!policy.instances().equals(InstancePolicy.NONE) || !tables.isEmpty(INSTANCES)) {
            instances().save(processKey, policy.instances());
        }
        if (!policy.limits().equals(LimitPolicy.NONE) || !tables.isEmpty(LIMITS)) {
            new Limits(handle).save(processKey, policy.limits(), masking);
        }
        if (!policy.triggers().equals(TriggerPolicy.NONE) || !tables.isEmpty(TRIGGERS)) {
            triggers().save(processKey, policy.triggers());
        }
    }

    private static OrderPolicy order(OrderPolicy order, List<Hook> hooks) {
        return hooks.isEmpty() ? order : new OrderPolicy(order.after(), hooks);
    }

    private Hooks hooks() {
        return new Hooks(handle, clock, masking, tables);
    }

    private Dependencies dependencies() {
        return new Dependencies(handle);
    }

    private Instances instances() {
        return new Instances(handle);
    }

    private Probes probes() {
        return new Probes(handle, clock, masking);
    }

    private Triggers triggers() {
        return new Triggers(handle);
    }
}
