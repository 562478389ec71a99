//! Every row of the Gateway API and of Istio, on manifests in the shape of their API types.

use std::collections::BTreeSet;

use super::{edges, program};
use crate::config::Settings;
use crate::graph::{Graph, table};

/// `Kind field -> Kind namespace/name: resolution` for all edges of a text but those to namespaces that objects live in.
fn all_edges(text: &str) -> Vec<String> {
    let program = program(&[("all.yaml", text)]);
    let settings = Settings::plain();
    let graph = Graph::build(&program, &settings);
    let of_object = program.objects().flat_map(|object| {
        let own = edges(&graph, object).into_iter();
        own.filter(|edge| !edge.starts_with("metadata."))
            .map(move |edge| format!("{} {edge}", object.kind_name()))
    });
    of_object.collect()
}

const GATEWAY_API: &str = r#"
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: example}
spec: {controllerName: example.com/c, parametersRef: {group: example.com, kind: Parameters, name: p, namespace: infra}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: front, namespace: shop}
spec:
  gatewayClassName: example
  infrastructure: {parametersRef: {group: "", kind: ConfigMap, name: settings}}
  backendTLS: {clientCertificateRef: {name: old-client}}
  tls:
    backend: {clientCertificateRef: {name: client}}
    frontend:
      default: {validation: {caCertificateRefs: [{group: "", kind: ConfigMap, name: ca}]}}
      perPort:
      - port: 8443
        tls: {validation: {caCertificateRefs: [{group: "", kind: ConfigMap, name: port-ca, namespace: infra}]}}
  listeners:
  - name: https
    tls:
      certificateRefs: [{name: own}, {name: abroad, namespace: infra}, {group: example.com, kind: Certificate, name: c}]
      frontendValidation: {caCertificateRefs: [{group: "", kind: Secret, name: old-ca}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: ListenerSet
metadata: {name: more, namespace: shop}
spec: {parentRef: {name: front}, listeners: [{name: a, tls: {certificateRefs: [{name: own}]}}]}
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: web, namespace: shop}
spec:
  parentRefs: [{name: front}, {kind: Service, group: "", name: web}, {kind: ListenerSet, name: more}]
  rules:
  - filters:
    - {type: RequestMirror, requestMirror: {backendRef: {name: mirror}}}
    - {type: ExternalAuth, externalAuth: {backendRef: {name: auth, namespace: infra}}}
    - {type: ExtensionRef, extensionRef: {group: example.com, kind: Filter, name: f}}
    backendRefs:
    - name: web
      filters:
      - {type: RequestMirror, requestMirror: {backendRef: {name: inner-mirror}}}
      - {type: ExternalAuth, externalAuth: {backendRef: {name: inner-auth}}}
      - {type: ExtensionRef, extensionRef: {group: example.com, kind: Filter, name: g}}
---
apiVersion: gateway.networking.k8s.io/v1
kind: BackendTLSPolicy
metadata: {name: web, namespace: shop}
spec:
  targetRefs: [{group: "", kind: Service, name: web}]
  validation: {caCertificateRefs: [{group: "", kind: ConfigMap, name: ca}]}
---
apiVersion: gateway.networking.k8s.io/v1alpha2
kind: BackendTLSPolicy
metadata: {name: old, namespace: shop}
spec:
  targetRef: {group: "", kind: Service, name: web}
  tls: {caCertRefs: [{group: "", kind: ConfigMap, name: ca}]}
---
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: {name: web, namespace: shop}
spec:
  from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: front}]
  to: [{group: "", kind: Service, name: web}]
"#;

#[test]
fn the_gateway_api_is_read_by_its_types() {
    assert_eq!(
        all_edges(GATEWAY_API),
        [
            "GatewayClass spec.parametersRef.name -> Parameters infra/p: missing",
            "Gateway spec.gatewayClassName -> GatewayClass example: found",
            "Gateway spec.infrastructure.parametersRef.name -> ConfigMap shop/settings: missing",
            "Gateway spec.backendTLS.clientCertificateRef.name -> Secret shop/old-client: missing",
            "Gateway spec.tls.backend.clientCertificateRef.name -> Secret shop/client: missing",
            "Gateway spec.tls.frontend.default.validation.caCertificateRefs[0].name -> ConfigMap shop/ca: missing",
            "Gateway spec.tls.frontend.perPort[0].tls.validation.caCertificateRefs[0].name -> ConfigMap \
             infra/port-ca: missing",
            "Gateway spec.listeners[0].tls.certificateRefs[0].name -> Secret shop/own: missing",
            "Gateway spec.listeners[0].tls.certificateRefs[1].name -> Secret infra/abroad: missing",
            "Gateway spec.listeners[0].tls.certificateRefs[2].name -> Certificate shop/c: missing",
            "Gateway spec.listeners[0].tls.frontendValidation.caCertificateRefs[0].name -> Secret shop/old-ca: \
             missing",
            "ListenerSet spec.parentRef.name -> Gateway shop/front: found",
            "ListenerSet spec.listeners[0].tls.certificateRefs[0].name -> Secret shop/own: missing",
            "HTTPRoute spec.parentRefs[0].name -> Gateway shop/front: found",
            "HTTPRoute spec.parentRefs[1].name -> Service shop/web: missing",
            "HTTPRoute spec.parentRefs[2].name -> ListenerSet shop/more: found",
            "HTTPRoute spec.rules[0].filters[0].requestMirror.backendRef.name -> Service shop/mirror: missing",
            "HTTPRoute spec.rules[0].filters[1].externalAuth.backendRef.name -> Service infra/auth: missing",
            "HTTPRoute spec.rules[0].filters[2].extensionRef.name -> Filter shop/f: missing",
            "HTTPRoute spec.rules[0].backendRefs[0].name -> Service shop/web: missing",
            "HTTPRoute spec.rules[0].backendRefs[0].filters[0].requestMirror.backendRef.name -> Service \
             shop/inner-mirror: missing",
            "HTTPRoute spec.rules[0].backendRefs[0].filters[1].externalAuth.backendRef.name -> Service \
             shop/inner-auth: missing",
            "HTTPRoute spec.rules[0].backendRefs[0].filters[2].extensionRef.name -> Filter shop/g: missing",
            "BackendTLSPolicy spec.targetRefs[0].name -> Service shop/web: missing",
            "BackendTLSPolicy spec.validation.caCertificateRefs[0].name -> ConfigMap shop/ca: missing",
            "BackendTLSPolicy spec.targetRef.name -> Service shop/web: missing",
            "BackendTLSPolicy spec.tls.caCertRefs[0].name -> ConfigMap shop/ca: missing",
            "ReferenceGrant spec.from[0].namespace -> Namespace front: missing",
            "ReferenceGrant spec.to[0].name -> Service shop/web: missing",
        ]
    );
}

const ISTIO: &str = r#"
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: web, namespace: shop}
spec:
  hosts: [web, www.example.com]
  gateways: [own, infra/public, mesh]
  exportTo: [".", front]
  http:
  - match: [{gateways: [of-http]}]
    route:
    - destination: {host: web}
    - destination: {host: cart.pay.svc.cluster.local}
    - destination: {host: cart.pay}
    - destination: {host: "::1"}
    mirror: {host: mirror}
    mirrors: [{destination: {host: mirrors}}]
    delegate: {name: part, namespace: infra}
  tcp: [{match: [{gateways: [of-tcp]}], route: [{destination: {host: stream}}]}]
  tls: [{match: [{gateways: [of-tls]}], route: [{destination: {host: passed}}]}]
---
apiVersion: networking.istio.io/v1
kind: DestinationRule
metadata: {name: web, namespace: shop}
spec:
  host: web
  exportTo: ["*"]
  trafficPolicy:
    tls: {credentialName: all}
    portLevelSettings: [{port: {number: 80}, tls: {credentialName: of-port}}]
  subsets: [{name: v1, trafficPolicy: {tls: {credentialName: of-subset}}}]
---
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: own, namespace: shop}
spec:
  servers:
  - {hosts: ["*"], tls: {credentialName: certificate}}
  - {hosts: ["*"], tls: {credentialName: "kubernetes://certificate"}}
  - {hosts: ["*"], tls: {credentialName: "builtin://"}}
---
apiVersion: v1
kind: Secret
metadata: {name: certificate, namespace: istio-system}
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: all, namespace: istio-system}
spec: {secretName: all}
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: mirrors, namespace: shop}
spec: {hosts: [mirrors, stream.shop.svc.cluster.local, example.com], exportTo: [other]}
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: web, namespace: shop}
spec:
  targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: front}]
  targetRef: {group: "", kind: Service, name: web}
  rules:
  - from:
    - source:
        namespaces: [front, "prod-*"]
        notNamespaces: [back]
        principals: [cluster.local/ns/front/sa/web, "*", cluster.local/ns/front/sa/*]
        notPrincipals: [other.domain/ns/back/sa/job]
"#;

#[test]
fn istio_is_read_by_its_messages() {
    assert_eq!(
        all_edges(ISTIO),
        [
            "VirtualService spec.hosts[0] -> Service shop/web: missing",
            "VirtualService spec.gateways[0] -> Gateway shop/own: found",
            "VirtualService spec.gateways[1] -> Gateway infra/public: missing",
            "VirtualService spec.gateways[2] -> Gateway shop/mesh: always",
            "VirtualService spec.exportTo[1] -> Namespace front: missing",
            "VirtualService spec.http[0].match[0].gateways[0] -> Gateway shop/of-http: missing",
            "VirtualService spec.http[0].route[0].destination.host -> Service shop/web: missing",
            "VirtualService spec.http[0].route[1].destination.host -> Service pay/cart: missing",
            "VirtualService spec.http[0].mirror.host -> Service shop/mirror: missing",
            "VirtualService spec.http[0].mirrors[0].destination.host -> Service shop/mirrors: made",
            "VirtualService spec.http[0].delegate.name -> VirtualService infra/part: missing",
            "VirtualService spec.tcp[0].match[0].gateways[0] -> Gateway shop/of-tcp: missing",
            "VirtualService spec.tcp[0].route[0].destination.host -> Service shop/stream: made",
            "VirtualService spec.tls[0].match[0].gateways[0] -> Gateway shop/of-tls: missing",
            "VirtualService spec.tls[0].route[0].destination.host -> Service shop/passed: missing",
            "DestinationRule spec.host -> Service shop/web: missing",
            "DestinationRule spec.trafficPolicy.tls.credentialName -> Secret all: made",
            "DestinationRule spec.trafficPolicy.portLevelSettings[0].tls.credentialName -> Secret of-port: missing",
            "DestinationRule spec.subsets[0].trafficPolicy.tls.credentialName -> Secret of-subset: missing",
            "Gateway spec.servers[0].tls.credentialName -> Secret certificate: found",
            "Gateway spec.servers[1].tls.credentialName -> Secret certificate: found",
            "ServiceEntry spec.exportTo[0] -> Namespace other: missing",
            "AuthorizationPolicy spec.targetRefs[0].name -> Gateway shop/front: missing",
            "AuthorizationPolicy spec.targetRef.name -> Service shop/web: missing",
            "AuthorizationPolicy spec.rules[0].from[0].source.namespaces[0] -> Namespace front: missing",
            "AuthorizationPolicy spec.rules[0].from[0].source.notNamespaces[0] -> Namespace back: missing",
            "AuthorizationPolicy spec.rules[0].from[0].source.principals[0] -> ServiceAccount front/web: missing",
            "AuthorizationPolicy spec.rules[0].from[0].source.notPrincipals[0] -> ServiceAccount back/job: missing",
        ]
    );
}

/// Each row of the two tables is one that the manifests above have a field for.
#[test]
fn no_row_of_a_mesh_is_without_a_manifest() {
    let program = program(&[("gateway.yaml", GATEWAY_API), ("istio.yaml", ISTIO)]);
    let settings = Settings::plain();
    let graph = Graph::build(&program, &settings);
    let seen: BTreeSet<&str> = graph.edges().iter().map(|edge| edge.row.path).collect();
    for row in table::mesh_rows() {
        assert!(seen.contains(row.path), "{}", row.path);
    }
}
