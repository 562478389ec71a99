//! Defaults of autoscalers: `pkg/apis/autoscaling/v1/defaults.go` and `v2/defaults.go`.

use serde_json::{Value, json};

use crate::plan::defaults::{Fields, set};

/// Sets the defaults of `autoscaling`.
pub(super) fn set_defaults(stage: &str, name: &str, fields: &mut Fields) {
    if name != "HorizontalPodAutoscalerSpec" {
        return;
    }
    set(fields, "minReplicas", 1);
    if stage == "v1" {
        return;
    }
    let cpu = json!([{"type": "Resource", "resource": {
        "name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}}}]);
    set(fields, "metrics", cpu);
    let Some(Value::Object(behavior)) = fields.get_mut("behavior") else { return };
    // Mirrors `GenerateHPAScaleUpRules` and `GenerateHPAScaleDownRules`.
    let up = json!({"stabilizationWindowSeconds": 0, "selectPolicy": "Max", "policies": [
        {"type": "Pods", "value": 4, "periodSeconds": 15},
        {"type": "Percent", "value": 100, "periodSeconds": 15}]});
    let down = json!({"selectPolicy": "Max", "policies": [
        {"type": "Percent", "value": 100, "periodSeconds": 15}]});
    for (key, rules) in [("scaleUp", up), ("scaleDown", down)] {
        set(behavior, key, json!({}));
        let Some(Value::Object(own)) = behavior.get_mut(key) else { continue };
        if let Value::Object(rules) = rules {
            for (rule, value) in rules {
                set(own, &rule, value);
            }
        }
    }
}
