BEGIN TRANSACTION;
CREATE TABLE acks (
	target TEXT NOT NULL, 
	at TEXT NOT NULL, 
	"by" TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	PRIMARY KEY (target)
);
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0002');
CREATE TABLE audit (
	seq INTEGER NOT NULL, 
	at TEXT NOT NULL, 
	actor TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	run TEXT, 
	incident TEXT, 
	body TEXT NOT NULL, 
	body_sha256 TEXT NOT NULL, 
	prev TEXT NOT NULL, 
	hash TEXT NOT NULL, 
	PRIMARY KEY (seq)
);
INSERT INTO "audit" VALUES(1,'2026-01-05T03:00:02.500Z','remediator','started',NULL,NULL,'{"content_version":"47e3eb42bb42187390ee9aacb2384245ec726f2c6074d8cef0cc3c9b5e4e8183","epoch":1767582000,"start":"e3e70682c2094cac","store":"629f6fbed82c07cd","version":"0.1.0"}','b766fbb36d0774d72f59d1d455cf20db591abdac57582c197e998abb4f55cf96','0000000000000000000000000000000000000000000000000000000000000000','d0c466e2a15cfbe726b217fa3d86c13aec74fb058fd608c3845adce574fd371f');
INSERT INTO "audit" VALUES(2,'2026-01-05T03:00:02.500Z','remediator','rows',NULL,NULL,'{"changed":{"acks":{},"brakes":{},"debts":{},"downtimes":{},"locks":{},"own_downtimes":{},"pauses":{},"runs":{},"silences":{},"unacked":{},"wraps":{}},"covers_from_here":["pauses","silences","downtimes","own_downtimes","wraps","unacked","acks","locks","debts","runs","brakes"],"digests":{"acks":[0,"5341e6b2646979a70e57653007a1f310"],"brakes":[0,"5341e6b2646979a70e57653007a1f310"],"debts":[0,"5341e6b2646979a70e57653007a1f310"],"downtimes":[0,"5341e6b2646979a70e57653007a1f310"],"locks":[0,"5341e6b2646979a70e57653007a1f310"],"own_downtimes":[0,"5341e6b2646979a70e57653007a1f310"],"pauses":[0,"5341e6b2646979a70e57653007a1f310"],"runs":[0,"5341e6b2646979a70e57653007a1f310"],"silences":[0,"5341e6b2646979a70e57653007a1f310"],"unacked":[0,"5341e6b2646979a70e57653007a1f310"],"wraps":[0,"5341e6b2646979a70e57653007a1f310"]}}','3c18c320b5bffe7a7b9d235dcf01b8fb3ef6c78e309494bdbcc63dcedea912c7','d0c466e2a15cfbe726b217fa3d86c13aec74fb058fd608c3845adce574fd371f','48678c43abfe47cee93c01291b32b1caa04439eb18a3c030a09b0a06f877f9cd');
INSERT INTO "audit" VALUES(3,'2026-01-05T03:00:20.000Z','root','baseline',NULL,NULL,'{"groups":["galera"],"hosts":["cmp1","cmp2","ctl1","ctl2","ctl3"],"keys":["container:cmp1:cron:cmp1-cron-1:image-1","container:cmp1:neutron_agent:cmp1-neutron_agent-1:image-1","container:cmp2:cron:cmp2-cron-1:image-1","container:cmp2:neutron_agent:cmp2-neutron_agent-1:image-1","container:ctl1:keystone:ctl1-keystone-1:image-1","container:ctl1:mariadb:ctl1-mariadb-1:image-1","container:ctl1:memcached:ctl1-memcached-1:image-1","container:ctl2:keystone:ctl2-keystone-1:image-1","container:ctl2:mariadb:ctl2-mariadb-1:image-1","container:ctl2:memcached:ctl2-memcached-1:image-1","container:ctl3:keystone:ctl3-keystone-1:image-1","container:ctl3:mariadb:ctl3-mariadb-1:image-1","container:ctl3:memcached:ctl3-memcached-1:image-1","start:cmp1:engine:1767322800","start:cmp1:host:1767322800","start:cmp2:host:1767322800","start:ctl1:engine:1767322800","start:ctl1:host:1767322800","start:ctl2:engine:1767322800","start:ctl2:host:1767322800","start:ctl3:engine:1767322800","start:ctl3:host:1767322800"],"marks":{"galera.cluster":{"after":{"addresses":{"ctl1":["192.0.2.11"],"ctl2":["192.0.2.12"],"ctl3":["192.0.2.13"]},"at":"2026-01-05T03:00:17.720Z","behind":null,"canaries":{"keystone.user":120},"conf_id":7,"data_bytes":10737418240,"flushes":true,"formed":{},"members":["ctl1","ctl2","ctl3"],"pc_recovery":true,"reformed_at":null,"seqno":1017,"size":3,"uuid":"5a2f8a3e-0000-11f0-8000-000000000001","version":"10.11.19-MariaDB-0+deb12u1"},"before":{"addresses":{"ctl1":["192.0.2.11"],"ctl2":["192.0.2.12"],"ctl3":["192.0.2.13"]},"at":"2026-01-05T03:00:17.720Z","behind":null,"canaries":{"keystone.user":120},"conf_id":7,"data_bytes":10737418240,"flushes":true,"formed":{},"members":["ctl1","ctl2","ctl3"],"pc_recovery":true,"reformed_at":null,"seqno":1017,"size":3,"uuid":"5a2f8a3e-0000-11f0-8000-000000000001","version":"10.11.19-MariaDB-0+deb12u1"}}},"reason":"a story","scope":"all"}','e3f38112cfeae19775af0dd82e8055d4dc542defd31b21e276c0a23b2cc99f3d','48678c43abfe47cee93c01291b32b1caa04439eb18a3c030a09b0a06f877f9cd','7e2f09e4d64be421d36e5d92b3e8f88310bc48f5794edc4038a516473023d6fa');
INSERT INTO "audit" VALUES(4,'2026-01-05T03:00:35.210Z','remediator','incident',NULL,'inc-1','{"check":"container-state","state":"open","target":"container/ctl1/memcached","text":"CRITICAL SOFT 1: exited, exit code 1, unit failed (exit-code), cause none"}','243ff3940e6c32f63551a1662025cae9e59d468f1c0e2c3590196aaab73dc681','7e2f09e4d64be421d36e5d92b3e8f88310bc48f5794edc4038a516473023d6fa','d7133c37f2cc26fea9b875cae5e1d93364f12a473d659a9a4e664ecc16c4f0fa');
INSERT INTO "audit" VALUES(5,'2026-01-05T03:00:45.630Z','remediator','decision',NULL,'inc-1','{"condition":"data.missing","content_version":"47e3eb42bb42187390ee9aacb2384245ec726f2c6074d8cef0cc3c9b5e4e8183","decision":"dec-1","outcome":"skipped","plan_hash":null,"reason":"its condition is false","rule":"container-removed","values":{"missing":false},"verdicts":[]}','be295c28e2f12bdb51fd72bdb6fd076d806b4786fc3dfc41bb6293826e7e3c81','d7133c37f2cc26fea9b875cae5e1d93364f12a473d659a9a4e664ecc16c4f0fa','bbacbda11645795ec06d3721a007e0bc436411543a14734864e4cbfe105ff399');
INSERT INTO "audit" VALUES(6,'2026-01-05T03:00:45.630Z','remediator','decision',NULL,'inc-1','{"condition":"data.cause == ''config_missing'' || data.cause == ''bad_command''","content_version":"47e3eb42bb42187390ee9aacb2384245ec726f2c6074d8cef0cc3c9b5e4e8183","decision":"dec-2","outcome":"skipped","plan_hash":null,"reason":"its condition is false","rule":"container-misconfigured","values":{"cause":null},"verdicts":[]}','b6e7d10be884b57bc335217533dca1328bfb46970c0b08addaa2b6c3bad329d6','bbacbda11645795ec06d3721a007e0bc436411543a14734864e4cbfe105ff399','577813ee77b09f584add74a305d4e2caeeff0194a7e8718584208e1f1634da5c');
INSERT INTO "audit" VALUES(7,'2026-01-05T03:00:45.630Z','remediator','decision',NULL,'inc-1','{"condition":"data.cause == ''disk_full'' || data.cause == ''inode_full''","content_version":"47e3eb42bb42187390ee9aacb2384245ec726f2c6074d8cef0cc3c9b5e4e8183","decision":"dec-3","outcome":"skipped","plan_hash":null,"reason":"its condition is false","rule":"container-no-room","values":{"cause":null},"verdicts":[]}','5a753b2ccb608371b89618c3eb5205a683a84d29973e688ebeffffeed7e82ef1','577813ee77b09f584add74a305d4e2caeeff0194a7e8718584208e1f1634da5c','605fafdced905ca532c0f844b8356aea5f6526a18ffc5513e46de986c3b44bdb');
INSERT INTO "audit" VALUES(8,'2026-01-05T03:00:45.630Z','remediator','decision',NULL,'inc-1','{"condition":"data.cause == ''oom'' || data.oom_killed","content_version":"47e3eb42bb42187390ee9aacb2384245ec726f2c6074d8cef0cc3c9b5e4e8183","decision":"dec-4","outcome":"skipped","plan_hash":null,"reason":"its condition is false","rule":"container-out-of-memory","values":{"cause":null,"oom_killed":false},"verdicts":[]}','ed77be8aa5e545e07542cd88f387b493bd25524ffc451c2c1f4bb430722cec07','605fafdced905ca532c0f844b8356aea5f6526a18ffc5513e46de986c3b44bdb','b7f1ab25899d13d410b5f0c1b5b760bb69c669cdd49f86b1301c7de428a64f39');
INSERT INTO "audit" VALUES(9,'2026-01-05T03:00:45.630Z','remediator','decision',NULL,'inc-1','{"condition":"data.looping && !data.crashed","content_version":"47e3eb42bb42187390ee9aacb2384245ec726f2c6074d8cef0cc3c9b5e4e8183","decision":"dec-5","outcome":"skipped","plan_hash":null,"reason":"its condition is false","rule":"container-looping","values":{"crashed":true,"looping":false},"verdicts":[]}','45330f1eb3aef3e9f03f5c4ce1d50d8e182ad85279415eae6ffa18c26317a8d6','b7f1ab25899d13d410b5f0c1b5b760bb69c669cdd49f86b1301c7de428a64f39','bc86f01682e457492291b488caf3262b526f26e13266af89bffbece22ca22fc1');
INSERT INTO "audit" VALUES(10,'2026-01-05T03:00:45.630Z','remediator','decision',NULL,'inc-1','{"condition":"data.name == ''mariadb'' && !data.missing && (data.crashed || (!data.running && !data.systemd_busy))","content_version":"47e3eb42bb42187390ee9aacb2384245ec726f2c6074d8cef0cc3c9b5e4e8183","decision":"dec-6","outcome":"skipped","plan_hash":null,"reason":"its condition is false","rule":"galera-container-down","values":{"crashed":true,"missing":false,"name":"memcached","running":false,"systemd_busy":false},"verdicts":[]}','77b223b61cdda3a5379e4813ab6b9af89b5d0a78732e557e10df2e8dad6a0e89','bc86f01682e457492291b488caf3262b526f26e13266af89bffbece22ca22fc1','417349cab2259872227530e5969fddcd497214e9c82d6da2ad8e3cc815c689cd');
INSERT INTO "audit" VALUES(11,'2026-01-05T03:00:45.630Z','remediator','decision',NULL,'inc-1','{"condition":"data.stateful && (data.crashed || (!data.running && !data.systemd_busy))","content_version":"47e3eb42bb42187390ee9aacb2384245ec726f2c6074d8cef0cc3c9b5e4e8183","decision":"dec-7","outcome":"skipped","plan_hash":null,"reason":"its condition is false","rule":"container-stateful-down","values":{"crashed":true,"running":false,"stateful":false,"systemd_busy":false},"verdicts":[]}','a0c4fe2b1c16841287a9f46381547dfe58ef56652569505c2eb131cd28117e52','417349cab2259872227530e5969fddcd497214e9c82d6da2ad8e3cc815c689cd','18eb9c0a6f16b87176d5162b2178622028a1beda41a9d801dd56beb1a2908628');
INSERT INTO "audit" VALUES(12,'2026-01-05T03:00:45.630Z','remediator','planned','run-1','inc-1','{"locks":["host:ctl1"],"plan":{"check":"container-state","content_version":"47e3eb42bb42187390ee9aacb2384245ec726f2c6074d8cef0cc3c9b5e4e8183","hash":"b56de7b968ce0a97976eb400517eeab9e8ae849e9ff697c27a1fffec0dc07a4e","held_at_most_s":14400,"hosts":["ctl1"],"identity":{"boot_id":"boot-ctl1-0","container_id":"ctl1-memcached-1","invocation_id":"ctl1-memcached-inv1","started_at":"2026-01-02T03:00:00+00:00","unit":"kolla-memcached-container.service"},"risk":"R1","rule":"container-crashed","runbook":"container-start","steps":[{"action":"container.start","commands":[{"argv":["systemctl","start","--","kolla-memcached-container.service"],"first":["systemctl","reset-failed","--","kolla-memcached-container.service"],"host":"ctl1","privileged":true,"timeout_s":60}],"effect":"once","fresh":false,"holds_units":false,"host":"","id":"start","judges_group":false,"late":false,"parallel":false,"params":{},"risk":"R1","summary":"start a container that is down: reset-failed and start of its unit, or the engine''s start without one","takes_away_healthy":false,"timeout_s":120}],"target":"container/ctl1/memcached","verify":{"check":"container-state","hold_s":20,"within_s":120}},"plan_hash":"b56de7b968ce0a97976eb400517eeab9e8ae849e9ff697c27a1fffec0dc07a4e","runbook":"container-start","target":"container/ctl1/memcached"}','dd6fac4f06f9081e4af147693b34be630faf5a31dd1e5d6da9034229b05c3f5f','18eb9c0a6f16b87176d5162b2178622028a1beda41a9d801dd56beb1a2908628','0c7ddb222df409492d4271cbf1b62fb155f6d1a5d848415fd30f97e25b82d86e');
INSERT INTO "audit" VALUES(13,'2026-01-05T03:00:45.630Z','remediator','decision','run-1','inc-1','{"condition":"data.crashed && !data.looping && !data.operator_stopped && !data.systemd_busy && !data.stateful\n&& !data.oom_killed && !(data.cause in [''oom'', ''disk_full'', ''inode_full'', ''config_missing'', ''bad_command''])\n","content_version":"47e3eb42bb42187390ee9aacb2384245ec726f2c6074d8cef0cc3c9b5e4e8183","decision":"dec-8","outcome":"fired","plan_hash":"b56de7b968ce0a97976eb400517eeab9e8ae849e9ff697c27a1fffec0dc07a4e","reason":"its condition is true","rule":"container-crashed","values":{"cause":null,"crashed":true,"looping":false,"oom_killed":false,"operator_stopped":false,"stateful":false,"systemd_busy":false},"verdicts":[{"allow":true,"guard":"target","inputs":{"target":"container/ctl1/memcached"},"reason":"","until":null},{"allow":true,"guard":"stateful","inputs":{},"reason":"","until":null},{"allow":true,"guard":"hours","inputs":{"hours":"any"},"reason":"","until":null},{"allow":true,"guard":"mode","inputs":{"mode":"auto","source":"autonomy.R1"},"reason":"","until":null},{"allow":true,"guard":"autonomy","inputs":{"risk":"R1"},"reason":"","until":null},{"allow":true,"guard":"approval","inputs":{"needed":false},"reason":"","until":null},{"allow":true,"guard":"pause","inputs":{},"reason":"","until":null},{"allow":true,"guard":"silence","inputs":{},"reason":"","until":null},{"allow":true,"guard":"downtime","inputs":{},"reason":"","until":null},{"allow":true,"guard":"evidence_age","inputs":{"limit_s":120},"reason":"","until":null},{"allow":true,"guard":"self_vantage","inputs":{"answering":5,"hosts":5,"references":0},"reason":"","until":null},{"allow":true,"guard":"startup","inputs":{},"reason":"","until":null},{"allow":true,"guard":"clock","inputs":{},"reason":"","until":null},{"allow":true,"guard":"restored","inputs":{},"reason":"","until":null},{"allow":true,"guard":"storm","inputs":{"scopes":4},"reason":"","until":null},{"allow":true,"guard":"budget","inputs":{"runs":0},"reason":"","until":null},{"allow":true,"guard":"cooldown","inputs":{},"reason":"","until":null},{"allow":true,"guard":"ack","inputs":{},"reason":"","until":null},{"allow":true,"guard":"undone","inputs":{"undone":0},"reason":"","until":null},{"allow":true,"guard":"quorum","inputs":{"group":null},"reason":"","until":null},{"allow":true,"guard":"host_boot","inputs":{},"reason":"","until":null},{"allow":true,"guard":"lock","inputs":{},"reason":"","until":null},{"allow":true,"guard":"maintenance","inputs":{},"reason":"","until":null},{"allow":true,"guard":"operator_intent","inputs":{},"reason":"","until":null},{"allow":true,"guard":"competing","inputs":{},"reason":"","until":null},{"allow":true,"guard":"dependency","inputs":{},"reason":"","until":null},{"allow":true,"guard":"ourselves","inputs":{},"reason":"","until":null},{"allow":true,"guard":"baseline","inputs":{},"reason":"","until":null}]}','982007e31fbf304e4be85f08a528caf6aca5ad53b46996829745bca74e0d4c4b','0c7ddb222df409492d4271cbf1b62fb155f6d1a5d848415fd30f97e25b82d86e','4979975e85e5ed6a55bc28567a6fc4dfb4c0dbe6409f3975b2c36aed588191bc');
INSERT INTO "audit" VALUES(14,'2026-01-05T03:00:45.630Z','remediator','rows',NULL,NULL,'{"changed":{"locks":{"host:ctl1":"4d711f7511a33f64"},"runs":{"run-1":"b9fcb30654f139bd"}},"digests":{"acks":[0,"5341e6b2646979a70e57653007a1f310"],"brakes":[0,"5341e6b2646979a70e57653007a1f310"],"debts":[0,"5341e6b2646979a70e57653007a1f310"],"downtimes":[0,"5341e6b2646979a70e57653007a1f310"],"locks":[1,"d2b03ce086d8855539f17b4e840c6f3f"],"own_downtimes":[0,"5341e6b2646979a70e57653007a1f310"],"pauses":[0,"5341e6b2646979a70e57653007a1f310"],"runs":[1,"c8bfd07edb1af8e7a63e7067dffbbd65"],"silences":[0,"5341e6b2646979a70e57653007a1f310"],"unacked":[0,"5341e6b2646979a70e57653007a1f310"],"wraps":[0,"5341e6b2646979a70e57653007a1f310"]}}','6e6cf3673dfb2ee97ed18b741c0055a617181fa622b4e2259e16ac0d0d7bb19d','4979975e85e5ed6a55bc28567a6fc4dfb4c0dbe6409f3975b2c36aed588191bc','4ae2b1193e6d163a67f05d2df116632545fc1dafda4c37a14ad1fcb2988c9378');
INSERT INTO "audit" VALUES(15,'2026-01-05T03:00:45.840Z','remediator','gated','run-1','inc-1','{"plan_hash":"b56de7b968ce0a97976eb400517eeab9e8ae849e9ff697c27a1fffec0dc07a4e","runbook":"container-start","target":"container/ctl1/memcached","verdicts":[{"allow":true,"guard":"target","inputs":{"target":"container/ctl1/memcached"},"reason":"","until":null},{"allow":true,"guard":"stateful","inputs":{},"reason":"","until":null},{"allow":true,"guard":"hours","inputs":{"hours":"any"},"reason":"","until":null},{"allow":true,"guard":"mode","inputs":{"mode":"auto","source":"autonomy.R1"},"reason":"","until":null},{"allow":true,"guard":"autonomy","inputs":{"risk":"R1"},"reason":"","until":null},{"allow":true,"guard":"approval","inputs":{"needed":false},"reason":"","until":null},{"allow":true,"guard":"pause","inputs":{},"reason":"","until":null},{"allow":true,"guard":"silence","inputs":{},"reason":"","until":null},{"allow":true,"guard":"downtime","inputs":{},"reason":"","until":null},{"allow":true,"guard":"evidence_age","inputs":{"limit_s":120},"reason":"","until":null},{"allow":true,"guard":"rediagnosis","inputs":{"state":"CRITICAL"},"reason":"","until":null},{"allow":true,"guard":"already_fixed","inputs":{},"reason":"","until":null},{"allow":true,"guard":"changed","inputs":{},"reason":"","until":null},{"allow":true,"guard":"self_vantage","inputs":{"answering":5,"hosts":5,"references":0},"reason":"","until":null},{"allow":true,"guard":"startup","inputs":{},"reason":"","until":null},{"allow":true,"guard":"clock","inputs":{},"reason":"","until":null},{"allow":true,"guard":"restored","inputs":{},"reason":"","until":null},{"allow":true,"guard":"storm","inputs":{"scopes":4},"reason":"","until":null},{"allow":true,"guard":"budget","inputs":{"runs":0},"reason":"","until":null},{"allow":true,"guard":"cooldown","inputs":{},"reason":"","until":null},{"allow":true,"guard":"ack","inputs":{},"reason":"","until":null},{"allow":true,"guard":"undone","inputs":{"undone":0},"reason":"","until":null},{"allow":true,"guard":"quorum","inputs":{"group":null},"reason":"","until":null},{"allow":true,"guard":"host_boot","inputs":{},"reason":"","until":null},{"allow":true,"guard":"lock","inputs":{},"reason":"","until":null},{"allow":true,"guard":"maintenance","inputs":{},"reason":"","until":null},{"allow":true,"guard":"operator_intent","inputs":{},"reason":"","until":null},{"allow":true,"guard":"competing","inputs":{},"reason":"","until":null},{"allow":true,"guard":"dependency","inputs":{},"reason":"","until":null},{"allow":true,"guard":"ourselves","inputs":{},"reason":"","until":null},{"allow":true,"guard":"baseline","inputs":{},"reason":"","until":null}]}','a534e9a93cc41d9b5cb228a70f6034231f5de9e24b40e7a8a04707f6a5f87b00','4ae2b1193e6d163a67f05d2df116632545fc1dafda4c37a14ad1fcb2988c9378','33d83c0fcfa0785cc2f7db9d9f3492b666ae39b597d8d3da2bb4f20c5487d54f');
INSERT INTO "audit" VALUES(16,'2026-01-05T03:00:45.840Z','remediator','rows',NULL,NULL,'{"changed":{"runs":{"run-1":"70a8cc7902ec4d27"}},"digests":{"acks":[0,"5341e6b2646979a70e57653007a1f310"],"brakes":[0,"5341e6b2646979a70e57653007a1f310"],"debts":[0,"5341e6b2646979a70e57653007a1f310"],"downtimes":[0,"5341e6b2646979a70e57653007a1f310"],"locks":[1,"d2b03ce086d8855539f17b4e840c6f3f"],"own_downtimes":[0,"5341e6b2646979a70e57653007a1f310"],"pauses":[0,"5341e6b2646979a70e57653007a1f310"],"runs":[1,"92c4b904b0e453088666bef6ba03fb98"],"silences":[0,"5341e6b2646979a70e57653007a1f310"],"unacked":[0,"5341e6b2646979a70e57653007a1f310"],"wraps":[0,"5341e6b2646979a70e57653007a1f310"]}}','7d2c1c72b9e224272348edb9532b70db7f1223cb09e512db384fba23d1ea40db','33d83c0fcfa0785cc2f7db9d9f3492b666ae39b597d8d3da2bb4f20c5487d54f','7f3070ae9d7b0b65d9d8e31b49c2ead51fd1bd41fc91089a7018bff282c884a7');
INSERT INTO "audit" VALUES(17,'2026-01-05T03:00:46.050Z','remediator','intent','run-1','inc-1','{"action":"container.start","before":{"boot_id":"boot-ctl1-0","container_id":"ctl1-memcached-1","intent_at":"2026-01-05T03:00:46.050Z","invocation_id":"ctl1-memcached-inv1","run":"sim.629f6fbed82c07cd.run-1","started_at":"2026-01-02T03:00:00+00:00","unit":"kolla-memcached-container.service"},"claimed":["ctl1"],"commands":[{"argv":["systemctl","start","--","kolla-memcached-container.service"],"first":["systemctl","reset-failed","--","kolla-memcached-container.service"],"host":"ctl1","privileged":true}],"effect":"once","plan_hash":"b56de7b968ce0a97976eb400517eeab9e8ae849e9ff697c27a1fffec0dc07a4e","runbook":"container-start","step":"start","target":"container/ctl1/memcached"}','51b7592b455ba6ecfbd6d0a1b94c39cc58c186ba8fa1a27312a8b24ba0200615','7f3070ae9d7b0b65d9d8e31b49c2ead51fd1bd41fc91089a7018bff282c884a7','12a8d1be953dbfc280728d1c7d6ae3e895304738a8b12d96ece9c67f53f5b6cf');
INSERT INTO "audit" VALUES(18,'2026-01-05T03:00:46.050Z','remediator','incident','run-1','inc-1','{"check":"container-state","state":"curing","target":"container/ctl1/memcached","text":"ctl1: systemctl reset-failed -- kolla-memcached-container.service && systemctl start -- kolla-memcached-container.service"}','b0e9968ed5deb005ff7c9da9deaba1b82a71fd8d3dd640a4b264be9333cccbc9','12a8d1be953dbfc280728d1c7d6ae3e895304738a8b12d96ece9c67f53f5b6cf','711ad5773d3b7cae515a6a268c39c4751f6cf817b3ffb7ad3b63313a42eb96a5');
INSERT INTO "audit" VALUES(19,'2026-01-05T03:00:46.050Z','remediator','rows',NULL,NULL,'{"changed":{"runs":{"run-1":"49df485d07debc81"}},"digests":{"acks":[0,"5341e6b2646979a70e57653007a1f310"],"brakes":[0,"5341e6b2646979a70e57653007a1f310"],"debts":[0,"5341e6b2646979a70e57653007a1f310"],"downtimes":[0,"5341e6b2646979a70e57653007a1f310"],"locks":[1,"d2b03ce086d8855539f17b4e840c6f3f"],"own_downtimes":[0,"5341e6b2646979a70e57653007a1f310"],"pauses":[0,"5341e6b2646979a70e57653007a1f310"],"runs":[1,"38a21761a821581085b9df31eba6bcfa"],"silences":[0,"5341e6b2646979a70e57653007a1f310"],"unacked":[0,"5341e6b2646979a70e57653007a1f310"],"wraps":[0,"5341e6b2646979a70e57653007a1f310"]}}','db2b3432f8e5391942f06e839107b9b87a5ea50358cecde363cd694d246495b1','711ad5773d3b7cae515a6a268c39c4751f6cf817b3ffb7ad3b63313a42eb96a5','a0710ff1b237bd020566eda573ea2f659e96c4c282b9a142f2cfaa8c2128d979');
INSERT INTO "audit" VALUES(20,'2026-01-05T03:00:46.560Z','remediator','outcome','run-1','inc-1','{"output_sha256":"ddb6660858845f9356b6aab370d9a6e402e739999eb771e7563334cd1756ffab","plan_hash":"b56de7b968ce0a97976eb400517eeab9e8ae849e9ff697c27a1fffec0dc07a4e","probe":null,"result":"ok","runbook":"container-start","state":"done","step":"start","target":"container/ctl1/memcached"}','941e3a9081a64dad0db130a743df2dfe647b2d3e2006a7bb1ecca54423e534a0','a0710ff1b237bd020566eda573ea2f659e96c4c282b9a142f2cfaa8c2128d979','d8b9867c086f24ddbb607cd86b05349a07a5284899d72e9645e60c5235220d78');
INSERT INTO "audit" VALUES(21,'2026-01-05T03:00:46.560Z','remediator','verifying','run-1','inc-1','{"check":"container-state","hold_s":20,"plan_hash":"b56de7b968ce0a97976eb400517eeab9e8ae849e9ff697c27a1fffec0dc07a4e","runbook":"container-start","target":"container/ctl1/memcached"}','456b006a8b3f0cb52e30ecfbf18ee740481bff6fd9bc2bbbb7d00efa75d352b8','d8b9867c086f24ddbb607cd86b05349a07a5284899d72e9645e60c5235220d78','d659509642133e36b7691f540c90952fed4552eb2072c3b2f5ec68ebd2666ff2');
INSERT INTO "audit" VALUES(22,'2026-01-05T03:00:46.560Z','remediator','incident','run-1','inc-1','{"check":"container-state","state":"verifying","target":"container/ctl1/memcached","text":"container-state must be OK and hold 20 s"}','8d47c69061925aa612fee659445e5011ba757201b4c549793749af932776f109','d659509642133e36b7691f540c90952fed4552eb2072c3b2f5ec68ebd2666ff2','60d1185afd5271535ef8d03d86404b1859868a04c56cf26717c97dc6da5f4bf0');
INSERT INTO "audit" VALUES(23,'2026-01-05T03:00:46.560Z','remediator','rows',NULL,NULL,'{"changed":{"runs":{"run-1":"988926f1fd42dbdc"}},"digests":{"acks":[0,"5341e6b2646979a70e57653007a1f310"],"brakes":[0,"5341e6b2646979a70e57653007a1f310"],"debts":[0,"5341e6b2646979a70e57653007a1f310"],"downtimes":[0,"5341e6b2646979a70e57653007a1f310"],"locks":[1,"d2b03ce086d8855539f17b4e840c6f3f"],"own_downtimes":[0,"5341e6b2646979a70e57653007a1f310"],"pauses":[0,"5341e6b2646979a70e57653007a1f310"],"runs":[1,"b8da06474bf0d9f3558bce85c196cdf7"],"silences":[0,"5341e6b2646979a70e57653007a1f310"],"unacked":[0,"5341e6b2646979a70e57653007a1f310"],"wraps":[0,"5341e6b2646979a70e57653007a1f310"]}}','0c54d76deab7cac467e194a6b92e384b7e1afddc16efd5778b050801ae41bd25','60d1185afd5271535ef8d03d86404b1859868a04c56cf26717c97dc6da5f4bf0','7d7bd50a889694e12cc0992c97d571d3fe0977e60adae913b9d8418a4ad3ecec');
CREATE TABLE baseline (
	"key" TEXT NOT NULL, 
	scope TEXT NOT NULL, 
	at TEXT NOT NULL, 
	"by" TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	PRIMARY KEY ("key")
);
INSERT INTO "baseline" VALUES('container:cmp1:cron:cmp1-cron-1:image-1','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('container:cmp1:neutron_agent:cmp1-neutron_agent-1:image-1','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('container:cmp2:cron:cmp2-cron-1:image-1','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('container:cmp2:neutron_agent:cmp2-neutron_agent-1:image-1','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('container:ctl1:keystone:ctl1-keystone-1:image-1','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('container:ctl1:mariadb:ctl1-mariadb-1:image-1','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('container:ctl1:memcached:ctl1-memcached-1:image-1','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('container:ctl2:keystone:ctl2-keystone-1:image-1','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('container:ctl2:mariadb:ctl2-mariadb-1:image-1','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('container:ctl2:memcached:ctl2-memcached-1:image-1','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('container:ctl3:keystone:ctl3-keystone-1:image-1','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('container:ctl3:mariadb:ctl3-mariadb-1:image-1','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('container:ctl3:memcached:ctl3-memcached-1:image-1','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('start:cmp1:engine:1767322800','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('start:cmp1:host:1767322800','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('start:cmp2:host:1767322800','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('start:ctl1:engine:1767322800','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('start:ctl1:host:1767322800','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('start:ctl2:engine:1767322800','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('start:ctl2:host:1767322800','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('start:ctl3:engine:1767322800','all','2026-01-05T03:00:20.000Z','root','a story');
INSERT INTO "baseline" VALUES('start:ctl3:host:1767322800','all','2026-01-05T03:00:20.000Z','root','a story');
CREATE TABLE debts (
	id TEXT NOT NULL, 
	n INTEGER NOT NULL, 
	run TEXT NOT NULL, 
	open BOOLEAN NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (n)
);
CREATE TABLE decisions (
	id TEXT NOT NULL, 
	n INTEGER NOT NULL, 
	incident TEXT NOT NULL, 
	event TEXT, 
	run TEXT, 
	rule TEXT NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (n)
);
INSERT INTO "decisions" VALUES('dec-1',1,'inc-1','ev-2',NULL,'container-removed','{"id":"dec-1","at":[1767582045.63,5045.63,"boot-daemon-0"],"incident":"inc-1","event":"ev-2","rule":"container-removed","outcome":"skipped","reason":"its condition is false","condition":"data.missing","values":{"missing":false},"verdicts":[],"plan":null,"run":null,"content_version":"47e3eb42bb42187390ee9aacb2384245ec726f2c6074d8cef0cc3c9b5e4e8183","waits":false}');
INSERT INTO "decisions" VALUES('dec-2',2,'inc-1','ev-2',NULL,'container-misconfigured','{"id":"dec-2","at":[1767582045.63,5045.63,"boot-daemon-0"],"incident":"inc-1","event":"ev-2","rule":"container-misconfigured","outcome":"skipped","reason":"its condition is false","condition":"data.cause == ''config_missing'' || data.cause == ''bad_command''","values":{"cause":null},"verdicts":[],"plan":null,"run":null,"content_version":"47e3eb42bb42187390ee9aacb2384245ec726f2c6074d8cef0cc3c9b5e4e8183","waits":false}');
INSERT INTO "decisions" VALUES('dec-3',3,'inc-1','ev-2',NULL,'container-no-room','{"id":"dec-3","at":[1767582045.63,5045.63,"boot-daemon-0"],"incident":"inc-1","event":"ev-2","rule":"container-no-room","outcome":"skipped","reason":"its condition is false","condition":"data.cause == ''disk_full'' || data.cause == ''inode_full''","values":{"cause":null},"verdicts":[],"plan":null,"run":null,"content_version":"47e3eb42bb42187390ee9aacb2384245ec726f2c6074d8cef0cc3c9b5e4e8183","waits":false}');
INSERT INTO "decisions" VALUES('dec-4',4,'inc-1','ev-2',NULL,'container-out-of-memory','{"id":"dec-4","at":[1767582045.63,5045.63,"boot-daemon-0"],"incident":"inc-1","event":"ev-2","rule":"container-out-of-memory","outcome":"skipped","reason":"its condition is false","condition":"data.cause == ''oom'' || data.oom_killed","values":{"cause":null,"oom_killed":false},"verdicts":[],"plan":null,"run":null,"content_version":"47e3eb42bb42187390ee9aacb2384245ec726f2c6074d8cef0cc3c9b5e4e8183","waits":false}');
INSERT INTO "decisions" VALUES('dec-5',5,'inc-1','ev-2',NULL,'container-looping','{"id":"dec-5","at":[1767582045.63,5045.63,"boot-daemon-0"],"incident":"inc-1","event":"ev-2","rule":"container-looping","outcome":"skipped","reason":"its condition is false","condition":"data.looping && !data.crashed","values":{"looping":false,"crashed":true},"verdicts":[],"plan":null,"run":null,"content_version":"47e3eb42bb42187390ee9aacb2384245ec726f2c6074d8cef0cc3c9b5e4e8183","waits":false}');
INSERT INTO "decisions" VALUES('dec-6',6,'inc-1','ev-2',NULL,'galera-container-down','{"id":"dec-6","at":[1767582045.63,5045.63,"boot-daemon-0"],"incident":"inc-1","event":"ev-2","rule":"galera-container-down","outcome":"skipped","reason":"its condition is false","condition":"data.name == ''mariadb'' && !data.missing && (data.crashed || (!data.running && !data.systemd_busy))","values":{"name":"memcached","missing":false,"crashed":true,"running":false,"systemd_busy":false},"verdicts":[],"plan":null,"run":null,"content_version":"47e3eb42bb42187390ee9aacb2384245ec726f2c6074d8cef0cc3c9b5e4e8183","waits":false}');
INSERT INTO "decisions" VALUES('dec-7',7,'inc-1','ev-2',NULL,'container-stateful-down','{"id":"dec-7","at":[1767582045.63,5045.63,"boot-daemon-0"],"incident":"inc-1","event":"ev-2","rule":"container-stateful-down","outcome":"skipped","reason":"its condition is false","condition":"data.stateful && (data.crashed || (!data.running && !data.systemd_busy))","values":{"stateful":false,"crashed":true,"running":false,"systemd_busy":false},"verdicts":[],"plan":null,"run":null,"content_version":"47e3eb42bb42187390ee9aacb2384245ec726f2c6074d8cef0cc3c9b5e4e8183","waits":false}');
INSERT INTO "decisions" VALUES('dec-8',8,'inc-1','ev-2','run-1','container-crashed','{"id":"dec-8","at":[1767582045.63,5045.63,"boot-daemon-0"],"incident":"inc-1","event":"ev-2","rule":"container-crashed","outcome":"fired","reason":"its condition is true","condition":"data.crashed && !data.looping && !data.operator_stopped && !data.systemd_busy && !data.stateful\n&& !data.oom_killed && !(data.cause in [''oom'', ''disk_full'', ''inode_full'', ''config_missing'', ''bad_command''])\n","values":{"crashed":true,"looping":false,"operator_stopped":false,"systemd_busy":false,"stateful":false,"oom_killed":false,"cause":null},"verdicts":[{"guard":"target","allow":true,"reason":"","inputs":{"target":"container/ctl1/memcached"},"until":null},{"guard":"stateful","allow":true,"reason":"","inputs":{},"until":null},{"guard":"hours","allow":true,"reason":"","inputs":{"hours":"any"},"until":null},{"guard":"mode","allow":true,"reason":"","inputs":{"mode":"auto","source":"autonomy.R1"},"until":null},{"guard":"autonomy","allow":true,"reason":"","inputs":{"risk":"R1"},"until":null},{"guard":"approval","allow":true,"reason":"","inputs":{"needed":false},"until":null},{"guard":"pause","allow":true,"reason":"","inputs":{},"until":null},{"guard":"silence","allow":true,"reason":"","inputs":{},"until":null},{"guard":"downtime","allow":true,"reason":"","inputs":{},"until":null},{"guard":"evidence_age","allow":true,"reason":"","inputs":{"limit_s":120},"until":null},{"guard":"self_vantage","allow":true,"reason":"","inputs":{"hosts":5,"answering":5,"references":0},"until":null},{"guard":"startup","allow":true,"reason":"","inputs":{},"until":null},{"guard":"clock","allow":true,"reason":"","inputs":{},"until":null},{"guard":"restored","allow":true,"reason":"","inputs":{},"until":null},{"guard":"storm","allow":true,"reason":"","inputs":{"scopes":4},"until":null},{"guard":"budget","allow":true,"reason":"","inputs":{"runs":0},"until":null},{"guard":"cooldown","allow":true,"reason":"","inputs":{},"until":null},{"guard":"ack","allow":true,"reason":"","inputs":{},"until":null},{"guard":"undone","allow":true,"reason":"","inputs":{"undone":0},"until":null},{"guard":"quorum","allow":true,"reason":"","inputs":{"group":null},"until":null},{"guard":"host_boot","allow":true,"reason":"","inputs":{},"until":null},{"guard":"lock","allow":true,"reason":"","inputs":{},"until":null},{"guard":"maintenance","allow":true,"reason":"","inputs":{},"until":null},{"guard":"operator_intent","allow":true,"reason":"","inputs":{},"until":null},{"guard":"competing","allow":true,"reason":"","inputs":{},"until":null},{"guard":"dependency","allow":true,"reason":"","inputs":{},"until":null},{"guard":"ourselves","allow":true,"reason":"","inputs":{},"until":null},{"guard":"baseline","allow":true,"reason":"","inputs":{},"until":null}],"plan":{"runbook":"container-start","rule":"container-crashed","target":{"text":"container/ctl1/memcached","hosts":["ctl1"]},"risk":"R1","steps":[{"id":"start","action":"container.start","effect":"once","risk":"R1","params":{},"commands":[{"host":"ctl1","argv":["systemctl","start","--","kolla-memcached-container.service"],"timeout_s":60.0,"privileged":true,"first":["systemctl","reset-failed","--","kolla-memcached-container.service"]}],"timeout_s":120.0,"takes_away_healthy":false,"host":"","late":false,"fresh":false,"parallel":false,"judges_group":false,"holds_units":false,"summary":"start a container that is down: reset-failed and start of its unit, or the engine''s start without one"}],"check":"container-state","verify_check":"container-state","verify_within_s":120.0,"verify_hold_s":20.0,"content_version":"47e3eb42bb42187390ee9aacb2384245ec726f2c6074d8cef0cc3c9b5e4e8183","held_at_most_s":14400.0,"identity":{"boot_id":"boot-ctl1-0","unit":"kolla-memcached-container.service","container_id":"ctl1-memcached-1","started_at":"2026-01-02T03:00:00+00:00","invocation_id":"ctl1-memcached-inv1"}},"run":"run-1","content_version":"47e3eb42bb42187390ee9aacb2384245ec726f2c6074d8cef0cc3c9b5e4e8183","waits":false}');
CREATE TABLE downtimes (
	host TEXT NOT NULL, 
	service TEXT NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (host, service)
);
CREATE TABLE events (
	id TEXT NOT NULL, 
	n INTEGER NOT NULL, 
	at TEXT NOT NULL, 
	source TEXT NOT NULL, 
	check_name TEXT NOT NULL, 
	target TEXT NOT NULL, 
	incident TEXT, 
	body TEXT NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (n)
);
INSERT INTO "events" VALUES('ev-1',1,'2026-01-05T03:00:35.210Z','check','container-state','container/ctl1/memcached','inc-1','{"id":"ev-1","at":[1767582035.21,5035.21,"boot-daemon-0"],"source":"check","check":"container-state","target":{"text":"container/ctl1/memcached","hosts":["ctl1"]},"state":"CRITICAL","state_type":"SOFT","attempt":1,"previous":"OK","output":"exited, exit code 1, unit failed (exit-code), cause none","data":{"name":"memcached","engine":"docker","status":"exited","running":false,"missing":false,"has_unit":true,"unit":"kolla-memcached-container.service","unit_state":"failed","unit_substate":"failed","unit_result":"exit-code","unit_failed":true,"start_limit_hit":true,"systemd_busy":false,"operator_stopped":false,"stateful":false,"short_lived":false,"oom_killed":false,"image":"kolla/memcached:1","kolla_version":"20.0.0","kolla_release":"2025.1","config_directory":"/etc/kolla/memcached","started_at":"2026-01-02T03:00:00+00:00","age_s":259235.1,"last_log":"memcached said nothing more","cause":null,"exit_code":1,"n_restarts":10,"restart_count":0,"distinct_starts":0,"looping":false,"crashed":true,"restart_policy":"no","error":null},"flapping":false}');
INSERT INTO "events" VALUES('ev-2',2,'2026-01-05T03:00:45.630Z','check','container-state','container/ctl1/memcached','inc-1','{"id":"ev-2","at":[1767582045.63,5045.63,"boot-daemon-0"],"source":"check","check":"container-state","target":{"text":"container/ctl1/memcached","hosts":["ctl1"]},"state":"CRITICAL","state_type":"HARD","attempt":3,"previous":"CRITICAL","output":"exited, exit code 1, unit failed (exit-code), cause none","data":{"name":"memcached","engine":"docker","status":"exited","running":false,"missing":false,"has_unit":true,"unit":"kolla-memcached-container.service","unit_state":"failed","unit_substate":"failed","unit_result":"exit-code","unit_failed":true,"start_limit_hit":true,"systemd_busy":false,"operator_stopped":false,"stateful":false,"short_lived":false,"oom_killed":false,"image":"kolla/memcached:1","kolla_version":"20.0.0","kolla_release":"2025.1","config_directory":"/etc/kolla/memcached","started_at":"2026-01-02T03:00:00+00:00","age_s":259245.5,"last_log":"memcached said nothing more","cause":null,"exit_code":1,"n_restarts":10,"restart_count":0,"distinct_starts":0,"looping":false,"crashed":true,"restart_policy":"no","error":null},"flapping":false}');
CREATE TABLE foreign_names (
	name TEXT NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (name)
);
CREATE TABLE groups (
	name TEXT NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "groups" VALUES('galera','{"members":["ctl1","ctl2","ctl3"],"healthy_s":32.289999999999964,"accepted_at":"2026-01-05T03:00:20.000Z"}');
CREATE TABLE hints (
	"key" TEXT NOT NULL, 
	event TEXT NOT NULL, 
	at TEXT NOT NULL, 
	PRIMARY KEY ("key")
);
CREATE TABLE incidents (
	id TEXT NOT NULL, 
	n INTEGER NOT NULL, 
	"key" TEXT NOT NULL, 
	state TEXT NOT NULL, 
	open BOOLEAN NOT NULL, 
	at_s FLOAT NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (n)
);
INSERT INTO "incidents" VALUES('inc-1',1,'container-state:container/ctl1/memcached','verifying',1,1767582035.21,'{"id":"inc-1","target":{"text":"container/ctl1/memcached","hosts":["ctl1"]},"check":"container-state","state":"verifying","level":"CRITICAL","opened_at":[1767582035.21,5035.21,"boot-daemon-0"],"hard_at":[1767582045.63,5045.63,"boot-daemon-0"],"bad_at":[1767582045.63,5045.63,"boot-daemon-0"],"acted_at":[1767582046.05,5046.05,"boot-daemon-0"],"cured_at":null,"closed_at":null,"parent":null,"rule":"container-crashed","rungs":[],"output":"exited, exit code 1, unit failed (exit-code), cause none","accounted":null,"acked_at":null,"acked_by":"","ack_reason":""}');
CREATE TABLE locks (
	scope TEXT NOT NULL, 
	run TEXT NOT NULL, 
	PRIMARY KEY (scope)
);
INSERT INTO "locks" VALUES('host:ctl1','run-1');
CREATE TABLE meta (
	"key" TEXT NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY ("key")
);
INSERT INTO "meta" VALUES('schema','2');
INSERT INTO "meta" VALUES('epoch','1767582000');
INSERT INTO "meta" VALUES('store','629f6fbed82c07cd');
INSERT INTO "meta" VALUES('instances','["e3e70682c2094cac"]');
INSERT INTO "meta" VALUES('next_incident','2');
INSERT INTO "meta" VALUES('mark:galera.cluster','{"addresses": {"ctl1": ["192.0.2.11"], "ctl2": ["192.0.2.12"], "ctl3": ["192.0.2.13"]}, "at": "2026-01-05T03:00:35.010Z", "behind": null, "canaries": {"keystone.user": 120}, "conf_id": 7, "data_bytes": 10737418240, "flushes": true, "formed": {}, "members": ["ctl1", "ctl2", "ctl3"], "pc_recovery": true, "reformed_at": null, "seqno": 1035, "size": 3, "uuid": "5a2f8a3e-0000-11f0-8000-000000000001", "version": "10.11.19-MariaDB-0+deb12u1"}');
INSERT INTO "meta" VALUES('next_event','3');
INSERT INTO "meta" VALUES('next_run','2');
INSERT INTO "meta" VALUES('next_decision','9');
INSERT INTO "meta" VALUES('audit_head','23');
CREATE TABLE outbox (
	n INTEGER NOT NULL, 
	"key" TEXT NOT NULL, 
	state TEXT NOT NULL, 
	tries INTEGER NOT NULL, 
	next_s FLOAT NOT NULL, 
	body TEXT NOT NULL, 
	error TEXT NOT NULL, 
	PRIMARY KEY (n), 
	UNIQUE ("key")
);
CREATE TABLE own_downtimes (
	id TEXT NOT NULL, 
	until_s FLOAT NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE pauses (
	n INTEGER NOT NULL, 
	reason TEXT NOT NULL, 
	author TEXT NOT NULL, 
	at TEXT NOT NULL, 
	PRIMARY KEY (n)
);
CREATE TABLE runs (
	id TEXT NOT NULL, 
	n INTEGER NOT NULL, 
	incident TEXT, 
	target TEXT NOT NULL, 
	runbook TEXT NOT NULL, 
	state TEXT NOT NULL, 
	live BOOLEAN NOT NULL, 
	at_s FLOAT NOT NULL, 
	intent_s FLOAT, 
	body TEXT NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (n)
);
INSERT INTO "runs" VALUES('run-1',1,'inc-1','container/ctl1/memcached','container-start','verifying',1,1767582045.63,1767582046.05,'{"id":"run-1","plan":{"runbook":"container-start","rule":"container-crashed","target":{"text":"container/ctl1/memcached","hosts":["ctl1"]},"risk":"R1","steps":[{"id":"start","action":"container.start","effect":"once","risk":"R1","params":{},"commands":[{"host":"ctl1","argv":["systemctl","start","--","kolla-memcached-container.service"],"timeout_s":60.0,"privileged":true,"first":["systemctl","reset-failed","--","kolla-memcached-container.service"]}],"timeout_s":120.0,"takes_away_healthy":false,"host":"","late":false,"fresh":false,"parallel":false,"judges_group":false,"holds_units":false,"summary":"start a container that is down: reset-failed and start of its unit, or the engine''s start without one"}],"check":"container-state","verify_check":"container-state","verify_within_s":120.0,"verify_hold_s":20.0,"content_version":"47e3eb42bb42187390ee9aacb2384245ec726f2c6074d8cef0cc3c9b5e4e8183","held_at_most_s":14400.0,"identity":{"boot_id":"boot-ctl1-0","unit":"kolla-memcached-container.service","container_id":"ctl1-memcached-1","started_at":"2026-01-02T03:00:00+00:00","invocation_id":"ctl1-memcached-inv1"}},"incident":"inc-1","state":"verifying","actor":"remediator","created_at":[1767582045.63,5045.63,"boot-daemon-0"],"locked_at":[1767582045.63,5045.63,"boot-daemon-0"],"steps":[{"id":"start","action":"container.start","state":"done","intent_at":[1767582046.05,5046.05,"boot-daemon-0"],"outcome_at":[1767582046.56,5046.56,"boot-daemon-0"],"before":{"boot_id":"boot-ctl1-0","unit":"kolla-memcached-container.service","container_id":"ctl1-memcached-1","started_at":"2026-01-02T03:00:00+00:00","invocation_id":"ctl1-memcached-inv1","intent_at":"2026-01-05T03:00:46.050Z","run":"sim.629f6fbed82c07cd.run-1"},"result":"ok","probe":null,"output":"$ systemctl start -- kolla-memcached-container.service","tries":1,"given":{},"stage":"","exit_code":0,"left":true,"unsent":null}],"verdicts":[{"guard":"target","allow":true,"reason":"","inputs":{"target":"container/ctl1/memcached"},"until":null},{"guard":"stateful","allow":true,"reason":"","inputs":{},"until":null},{"guard":"hours","allow":true,"reason":"","inputs":{"hours":"any"},"until":null},{"guard":"mode","allow":true,"reason":"","inputs":{"mode":"auto","source":"autonomy.R1"},"until":null},{"guard":"autonomy","allow":true,"reason":"","inputs":{"risk":"R1"},"until":null},{"guard":"approval","allow":true,"reason":"","inputs":{"needed":false},"until":null},{"guard":"pause","allow":true,"reason":"","inputs":{},"until":null},{"guard":"silence","allow":true,"reason":"","inputs":{},"until":null},{"guard":"downtime","allow":true,"reason":"","inputs":{},"until":null},{"guard":"evidence_age","allow":true,"reason":"","inputs":{"limit_s":120},"until":null},{"guard":"rediagnosis","allow":true,"reason":"","inputs":{"state":"CRITICAL"},"until":null},{"guard":"already_fixed","allow":true,"reason":"","inputs":{},"until":null},{"guard":"changed","allow":true,"reason":"","inputs":{},"until":null},{"guard":"self_vantage","allow":true,"reason":"","inputs":{"hosts":5,"answering":5,"references":0},"until":null},{"guard":"startup","allow":true,"reason":"","inputs":{},"until":null},{"guard":"clock","allow":true,"reason":"","inputs":{},"until":null},{"guard":"restored","allow":true,"reason":"","inputs":{},"until":null},{"guard":"storm","allow":true,"reason":"","inputs":{"scopes":4},"until":null},{"guard":"budget","allow":true,"reason":"","inputs":{"runs":0},"until":null},{"guard":"cooldown","allow":true,"reason":"","inputs":{},"until":null},{"guard":"ack","allow":true,"reason":"","inputs":{},"until":null},{"guard":"undone","allow":true,"reason":"","inputs":{"undone":0},"until":null},{"guard":"quorum","allow":true,"reason":"","inputs":{"group":null},"until":null},{"guard":"host_boot","allow":true,"reason":"","inputs":{},"until":null},{"guard":"lock","allow":true,"reason":"","inputs":{},"until":null},{"guard":"maintenance","allow":true,"reason":"","inputs":{},"until":null},{"guard":"operator_intent","allow":true,"reason":"","inputs":{},"until":null},{"guard":"competing","allow":true,"reason":"","inputs":{},"until":null},{"guard":"dependency","allow":true,"reason":"","inputs":{},"until":null},{"guard":"ourselves","allow":true,"reason":"","inputs":{},"until":null},{"guard":"baseline","allow":true,"reason":"","inputs":{},"until":null}],"reason":"container-state must be OK and hold 20 s","held_since":null,"verify_from":[1767582046.56,5046.56,"boot-daemon-0"],"ok_since":null,"ok_samples":0,"bad_samples":0,"was_ok":false,"ended_at":null,"expired":false,"approval":null,"asks":"","asks_for":null,"consent":null,"asked_as":[]}');
CREATE TABLE said_names (
	host TEXT NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (host)
);
INSERT INTO "said_names" VALUES('cmp1','["cmp1"]');
INSERT INTO "said_names" VALUES('cmp2','["cmp2"]');
INSERT INTO "said_names" VALUES('ctl1','["ctl1"]');
INSERT INTO "said_names" VALUES('ctl2','["ctl2"]');
INSERT INTO "said_names" VALUES('ctl3','["ctl3"]');
CREATE TABLE signs (
	"key" TEXT NOT NULL, 
	at TEXT NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY ("key")
);
CREATE TABLE silences (
	id TEXT NOT NULL, 
	until_s FLOAT NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (id)
);
CREATE TABLE timeline (
	n INTEGER NOT NULL, 
	incident TEXT NOT NULL, 
	at TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	text TEXT NOT NULL, 
	run TEXT, 
	rule TEXT, 
	guard TEXT, 
	PRIMARY KEY (n)
);
INSERT INTO "timeline" VALUES(1,'inc-1','2026-01-05T03:00:35.210Z','opened','CRITICAL SOFT 1: exited, exit code 1, unit failed (exit-code), cause none',NULL,NULL,NULL);
INSERT INTO "timeline" VALUES(2,'inc-1','2026-01-05T03:00:45.630Z','state','CRITICAL HARD 3: exited, exit code 1, unit failed (exit-code), cause none',NULL,NULL,NULL);
INSERT INTO "timeline" VALUES(3,'inc-1','2026-01-05T03:00:45.630Z','decided','container-crashed: its condition is true','run-1','container-crashed',NULL);
INSERT INTO "timeline" VALUES(4,'inc-1','2026-01-05T03:00:46.050Z','intent','ctl1: systemctl reset-failed -- kolla-memcached-container.service && systemctl start -- kolla-memcached-container.service','run-1','container-crashed',NULL);
INSERT INTO "timeline" VALUES(5,'inc-1','2026-01-05T03:00:46.560Z','outcome','container.start: ok','run-1',NULL,NULL);
INSERT INTO "timeline" VALUES(6,'inc-1','2026-01-05T03:00:46.560Z','verifying','container-state must be OK and hold 20 s','run-1',NULL,NULL);
CREATE TABLE unacked (
	target TEXT NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (target)
);
CREATE TABLE wraps (
	id TEXT NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (id)
);
CREATE INDEX audit_run ON audit (run);
CREATE INDEX audit_incident ON audit (incident);
CREATE INDEX audit_kind ON audit (kind);
CREATE INDEX events_incident ON events (incident);
CREATE INDEX events_at ON events (at);
CREATE INDEX hints_at ON hints (at);
CREATE INDEX incidents_at ON incidents (open, at_s);
CREATE INDEX incidents_key ON incidents ("key");
CREATE INDEX incidents_open ON incidents (open, n);
CREATE INDEX timeline_incident ON timeline (incident, n);
CREATE INDEX decisions_incident ON decisions (incident, n);
CREATE INDEX decisions_run ON decisions (run);
CREATE INDEX decisions_event ON decisions (event);
CREATE INDEX runs_live ON runs (live, n);
CREATE INDEX runs_intent ON runs (intent_s);
CREATE INDEX runs_target ON runs (target, intent_s);
CREATE INDEX runs_incident ON runs (incident);
CREATE INDEX runs_at ON runs (live, at_s);
CREATE INDEX debts_run ON debts (run);
CREATE INDEX debts_open ON debts (open, n);
CREATE INDEX outbox_state ON outbox (state, next_s);
CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
       BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
       BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END;
COMMIT;
