//! Where Kafka and Redis will be once their home is as the settings say: for what is said before it is done. Pure.

use crate::redacted::Secret;
use crate::services::{ClusterServices, Credentials, LocalServices, Outside, Services};
use crate::settings::Settings;
use crate::target::kubernetes::desired::{KAFKA_USERNAME, brokers};
use crate::target::local::instance::is_secure;

/// Stands for a password that is not made yet; nobody is ever told it.
const NOT_YET: &str = "-";

/// Services of an instance of this machine, by its settings alone.
pub fn of_instance(settings: &Settings) -> Services {
    let local = &settings.local;
    let credentials = || Credentials {
        kafka_username: KAFKA_USERNAME.to_owned(),
        kafka_password: Secret::new(NOT_YET),
        redis_password: Secret::new(NOT_YET),
    };
    Services::Local(LocalServices {
        host: local.advertise.clone().unwrap_or_else(|| local.bind.to_string()),
        kafka_port: settings.kafka.port,
        redis_port: settings.redis.port,
        network: None,
        // Settings that do not fit together are told by whoever brings the instance about.
        credentials: is_secure(settings).unwrap_or(true).then(credentials),
    })
}

/// Services of a cluster, by its settings alone.
pub fn of_cluster(settings: &Settings) -> Services {
    let cluster = &settings.kubernetes;
    let outside = |host: &String| Outside {
        host: host.clone(),
        kafka_port: settings.kafka.port,
        redis_port: settings.redis.port,
    };
    let is_kafka_secure = cluster.secure.unwrap_or(cluster.expose.is_some());
    Services::Cluster(ClusterServices {
        namespace: cluster.namespace.clone(),
        cluster_domain: cluster.cluster_domain.clone(),
        brokers: brokers(cluster),
        outside: cluster.expose.as_ref().map(outside),
        kafka_login: is_kafka_secure.then(|| (KAFKA_USERNAME.to_owned(), Secret::new(NOT_YET))),
        redis_password: Secret::new(NOT_YET),
    })
}

/// What the settings say, with the passwords that are there already.
pub fn with_live(wanted: Services, live: Option<Services>) -> Services {
    match (wanted, live) {
        (Services::Cluster(wanted), Some(Services::Cluster(live))) => Services::Cluster(ClusterServices {
            kafka_login: wanted.kafka_login.map(|login| live.kafka_login.unwrap_or(login)),
            redis_password: live.redis_password,
            ..wanted
        }),
        (Services::Local(wanted), Some(Services::Local(live))) => Services::Local(LocalServices {
            credentials: wanted.credentials.map(|credentials| live.credentials.unwrap_or(credentials)),
            ..wanted
        }),
        (wanted, _) => wanted,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::Vantage;
    use crate::settings::defaults;

    #[test]
    fn a_cluster_that_will_be_exposed_asks_for_the_passwords_that_it_has() {
        let mut settings = defaults().expect("the base profile");
        settings.kubernetes.expose = Some("kar.example.org".to_owned());
        let mut live = of_cluster(&settings);
        if let Services::Cluster(live) = &mut live {
            live.outside = None;
            live.redis_password = Secret::new("kept");
        }
        let expected = with_live(of_cluster(&settings), Some(live)).runtime_config(Vantage::Host).expect("exposed");
        assert_eq!(expected.kafka_brokers, ["kar.example.org:31093"]);
        assert_eq!(expected.redis_password, Some(Secret::new("kept")));
        assert_eq!(expected.kafka_password, Some(Secret::new(NOT_YET)));
    }

    #[test]
    fn an_instance_is_where_its_settings_say() {
        let mut settings = defaults().expect("the base profile");
        let config = of_instance(&settings).runtime_config(Vantage::Host).expect("its host");
        assert_eq!((config.kafka_brokers, config.kafka_password), (vec!["127.0.0.1:31093".to_owned()], None));
        settings.local.bind = "192.168.1.2".parse().expect("an address");
        let config = of_instance(&settings).runtime_config(Vantage::Host).expect("its host");
        assert_eq!(config.kafka_brokers, ["192.168.1.2:31093"]);
        assert_eq!(config.kafka_password, Some(Secret::new(NOT_YET)));
    }
}
